// Package persistence is the contract for keeping things: sessions with their logs, websites, agents, and logins.
//
// There are several honest implementations (memstore, pebblestore) and one conformance suite, storetest, that each must pass. A store keeps
// what it is given and decides nothing: messages arrive as the wire frames that readers will get, already encoded, and leave unchanged.
//
// Only what became permanent arrives here (P6): temporary sessions never reach a store (P9). Every key and every query carries the
// website (G22); keys hold random ids only.
package persistence
