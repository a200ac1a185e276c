// Package accounts knows who the agents are: it adds them, keeps their passwords as argon2id hashes (RFC 9106), and gives out logins.
//
// A login is a random token that a browser keeps in a cookie; the store holds only its hash. Guessing is slow for everybody: at most two
// hashes are computed at once, failures are counted per account and per address, and an unknown address costs what a known one costs.
//
// The package holds counters and a semaphore, no agents: what it says comes from the directory each time. It never logs, and its errors
// name neither an address nor a token.
package accounts
