// Package pebblestore keeps everything of one node in an embedded Pebble: one directory, no other service.
//
// # Who does what
//
// Commits go to the committer, whose writers take turns. A writer takes what waits, checks each step against what is stored and against the
// steps before it, and writes one batch; then the next writer may have its turn, while this one waits until the batch is on the disk, and
// then answers all. An idle store syncs at once; while a sync is under way what arrives shares the next one; and in a rush more
// writers begin, so that the disk and the checks do not wait for each other. Claims and erasures go the same way and therefore have their place in
// the order. What changes seldom (websites, agents, logins) is written by one more goroutine, the clerk. Reads happen in the caller's
// goroutine; they see a step a moment before it is durable, its writer only after.
//
// # What is on the disk
//
// keys.go lists the keys. They hold random ids and numbers, never names, addresses or e-mail addresses, because Pebble repeats keys in
// places that outlive the entry. Messages stay in one piece with their keys (no value separation), log files are not recycled, and
// deleting a file removes it: without all three, erased bytes would stay (scrub.go). Every record begins with its version; the directory's
// FORMAT file is read before anything else is touched. log.spare is the next log, all zeros, of up to Options.MemTableBytes (spare.go).
//
// # Faults
//
// A step that was answered with anything but the contract's refusals is in doubt. When Pebble cannot write its log, nothing that follows
// could be trusted: Options.Fatal ends the process, and the start that follows checks that the disk can be written. A disk that is nearly
// full is noticed before (watermark.go), since Pebble hangs on a full one.
package pebblestore
