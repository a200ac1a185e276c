// Command parlor is the live-chat engine: one program that serves visitors and agents, and the operator's tool for it.
//
//	parlor demo       tries everything out
//	parlor serve      serves
//	parlor website …  adds, lists and changes websites
//	parlor agent …    adds, lists and changes agents
//	parlor policy     prints what is kept about people, for how long and why
//
// Settings come from a file, the environment and flags; a later one wins. Exit codes: 0 done, 1 failed, 2 called or configured wrongly.
package main
