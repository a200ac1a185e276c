// Command bench measures Parlor beside a bare relay, in alternation on one machine: what connections, messages and full stores cost, and whether
// everything that was acknowledged is there. README.md says how to run and read it.
//
//	bench (load generator) ──▶ bench bare      net/http and coder/websocket as they come: relays, stores nothing
//	                       ──▶ bench socket    the same relay on transport/socket
//	                       ──▶ bench commits   a bare Pebble with many writers: stores, sends nothing
//	                       ──▶ parlor demo     the real thing, with a temporary data directory, which bench seed may have filled
//
// Each system is a process of its own, started anew for each measurement, and sees the same frames from the same generator. Absolute figures
// depend on the machine and on whoever else uses it; the ratios within a round are what counts.
//
// Scenarios past what sockets allow run in a process of this program, on Parlor's own packages: bench inside.
//
// Package load holds the scenarios, scale those without sockets, target the systems, client what visitors and agents are made of, report and chart
// what is told of it. A scenario is a type of load or scale and an entry in the list of scenarios here, which says what is measured beside it and
// what has to be reached.
package main
