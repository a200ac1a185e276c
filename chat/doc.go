// Package chat says what a live chat is: its words and its rules.
//
// A [Session] is one visitor's session. A [Command] is what somebody wants; [Rules.Decide] answers with the [Event]s that
// follow from it, or with an [*Error] that the participant may be told; [Session.Apply] folds an event into the state.
// Policies (lifetime, cookie, retention, triggers, limits) are values with pure methods.
//
//	                 first message of visitor or agent (P8)
//	[temporary] ───────────────────────────────────────────▶ [permanent]
//	     │ 30 min without access (P7)                             │ an agent's delete (P6, P14)
//	     ▼                                                        ▼
//	  expired, nothing is left                                 erased
//
// The package imports only the standard library. It starts no goroutine, does no I/O, reads no clock and no randomness: times and ids
// are handed in. Values are not safe for concurrent use; each has one owner, an actor.
package chat
