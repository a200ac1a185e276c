// Package protocol says what goes over the wire: the JSON frames of the WebSocket subprotocol parlor.v1, close codes, and limits.
// docs/protocol.md is its text for readers; testdata/golden holds one sample of each frame, which the browser code replays too.
//
// Decode turns bytes from outside into a [ClientFrame], and that into a [chat.Command]; whatever is wrong becomes [ErrBadFrame] or a
// [*chat.Error], never a panic. The Append and Encode functions make the frames that clients receive. A message is encoded once: the bytes
// that are sent are the bytes that are stored.
//
// The package knows no sockets, no actors and no store. Everything in it may be used from many goroutines at once.
package protocol
