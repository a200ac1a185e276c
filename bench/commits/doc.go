// Package commits is what durable messages are compared with: a bare Pebble to which many writers commit messages as long as Parlor's, each with a sync.
// Pebble groups what waits into one sync. Nothing is sent to anybody.
package commits
