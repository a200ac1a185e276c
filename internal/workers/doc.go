// Package workers runs many short jobs on goroutines that wait for the next job instead of ending. What a new goroutine costs is less its
// start than its stack: it begins with 2 KiB, and is copied each time that a job needs more. A worker keeps the stack that it has grown.
//
// The worker that waited for the shortest time goes first, so that few stay busy and the others can be let go. There is no bound on
// workers and no queue: like a go statement, Go never waits.
package workers
