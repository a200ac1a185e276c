//go:build race

package socket_test

// smallestStack is what an idle goroutine needs when each function keeps room for the race detector.
const smallestStack = 4 << 10
