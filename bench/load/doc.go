// Package load holds the scenarios: what is done to a running system, and what is measured meanwhile.
//
// A closed loop keeps a fixed number of messages under way (flow: Saturate, Fanout): when a message has arrived, its visitor sends the next. An open
// loop does things at given times whatever happens (pace: Fixed, History, Wake and what grows) and measures from the time at which something was
// due, so that a system that stalls is charged for what it kept waiting.
//
// A message counts when the agent has received it; Parlor shows a message only after it is durable. Each visitor's messages must arrive at each
// of their agents in order, once and without holes, and so must their acks at the visitor (crowd); in the end, everything that was sent must have
// arrived and have its ack. Clients who come back after a restart keep both sides of their logs (side). Whatever is wrong is counted by kind and
// fails the scenario (faults).
package load
