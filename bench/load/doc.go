// Package load holds the scenarios: what is done to a running system, and what is measured meanwhile.
//
// Idle connects visitors and lets them be. Saturate keeps a fixed number of messages under way (a closed loop): as soon as the agent has one,
// its visitor sends the next. Fixed sends at given times whatever happens (an open loop) and measures from the time at which a message was
// due, so that a system that stalls is charged for the messages it kept waiting.
//
// A message counts when the agent has received it; Parlor shows a message only after it is durable. Each visitor's messages must arrive in
// order, once, without holes; a scenario fails otherwise.
package load
