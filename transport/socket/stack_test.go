//go:build !race

package socket_test

// smallestStack is what the runtime gives a goroutine first.
const smallestStack = 2 << 10
