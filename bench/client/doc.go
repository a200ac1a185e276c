// Package client is a WebSocket client for load generators: little work per message, so that what is measured is the server. It does what
// RFC 6455 asks of a client that talks to a server it trusts; it is no client for anything else.
package client
