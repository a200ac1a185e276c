// Package client holds the WebSocket clients of load generators: one of the library that programs use, one that does as little as it can.
package client
