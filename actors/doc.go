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
// deadline. A shard never waits. Sessions and websites stop by a handshake with their shard, so that nothing in their mailbox is lost:
//
//	session ─release─▶ shard (holds back what arrives) ─confirm─▶ session (stops) ─terminated─▶ shard
//
// If something reached the session before the confirmation, it answers that it stays, and the shard forwards what it held back.
//
// A temporary session that nobody uses leaves its actor the same way and leaves its state behind, which rests in the shard until it is needed or
// expires.
//
// The package imports neither net/http nor a websocket nor a store's driver.
package actors
