// Package actors says who does it: every piece of mutable chat state has exactly one owner here, an actor.
//
//	System ── shard (256 fixed) ──┬── session   one visitor session: lifetime, log, subscribers
//	   │                          └── website   what the inbox shows: live visitors, conversations, agents
//	   ├── gateway                              connections of this node by id
//	   └── janitor                              erasure on the disk
//
// A message takes one path: a connection hands a command to [System.Command], the shard finds or wakes the session, the session decides
// (package chat), commits (package persistence), encodes once (package protocol), shows it to its subscribers, and acknowledges.
//
// Messages between actors are never changed after they were sent. Every wait has a bound; an actor waits only for the store, with a
// deadline. A shard never waits. A session stops only when nothing is in its mailbox and its shard's table says that it is leaving, both under
// the table's lock, so that nothing is lost:
//
//	session (marks itself as leaving, stops) ─terminated─▶ shard (held back what arrived, and forwards it to a new actor)
//
// What waits in the mailbox comes first, and then the session looks again.
//
// A temporary session that nobody uses leaves its actor the same way and leaves its state behind, which rests in the shard until it is needed or
// expires. What rests when the system stops is in [System.Left], for the next system's [System.Restore].
//
// The package imports neither net/http nor a websocket nor a store's driver.
package actors
