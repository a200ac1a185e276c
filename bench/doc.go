// Command bench measures Parlor beside a bare relay, in alternation on one machine: memory of idle connections, durable messages a second
// at saturation, and latency at a fixed rate. README.md says how to run and read it.
//
//	bench (load generator) ──▶ bench bare     net/http and coder/websocket as they come: relays, stores nothing
//	                       ──▶ bench socket   the same relay on transport/socket
//	                       ──▶ parlor demo    the real thing, with a temporary data directory
//
// Each system is a process of its own, started anew for each measurement, and sees the same frames from the same generator. Absolute figures
// depend on the machine and on whoever else uses it; the ratios within a round are what counts.
package main
