package actors

import "github.com/parlor-chat/parlor/protocol"

// Connection is a client's connection as actors see it: somewhere to put frames. Its methods never block and may be called from many
// goroutines at once, also after the connection ended. It is compared by identity.
type Connection interface {
	// Send queues one frame. The frame is shared between receivers and never changed. A connection that cannot keep up closes itself.
	Send(frame []byte)
	// SendNow is Send for a frame that comes alone: cheaper then, and dearer for frames that could leave together.
	SendNow(frame []byte)
	// Close sends what is queued and then ends the connection.
	Close(code protocol.CloseCode)
	// Handled says that one command of this connection was answered or dropped: it makes room for another.
	Handled()
}
