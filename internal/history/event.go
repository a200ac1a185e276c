package history

// Message is one entry of a log, as somebody saw it.
type Message struct {
	Seq uint64
	// Sender and ID are what makes it unique for the session's life.
	Sender, ID string
	Body       string
	// Trigger names the trigger that posted it. Nobody sent it, and it is there once at most.
	Trigger string
}

// Marks hold how far each side is.
type Marks struct{ Visitor, Agent uint64 }

// Event is one of the types of this file. Log names the log that it is about; a session's messages are one, its notes another.
type Event interface{ log() string }

type (
	// Sent is a client that sends a message, for the first time or again.
	Sent struct{ Log, Sender, ID, Body string }
	// Acked is a client that was told that what it sent is stored as Seq.
	Acked struct {
		Conn                  int
		Log, Sender, ID, Body string
		Seq                   uint64
	}
	// Refused is a client that was told that what it sent is not stored. An answer that leaves this open is no event.
	Refused struct{ Log, Sender, ID, Body string }
	// Asked is a connection that is about to join a log.
	Asked struct {
		Conn int
		Log  string
	}
	// Joined is a connection that has joined. Resumed: what follows continues behind Have. Otherwise a snapshot of the log's end follows, unless the log,
	// which ends at Seq, is empty.
	Joined struct {
		Conn            int
		Log             string
		Resumed         bool
		Have, Seq       uint64
		Read, Delivered Marks
	}
	// Snapshot is the end of the log, for a connection that has joined.
	Snapshot struct {
		Conn     int
		Log      string
		Messages []Message
	}
	// Shown is a message that a connection got.
	Shown struct {
		Conn    int
		Log     string
		Message Message
	}
	// Paged is a part of the log that somebody read.
	Paged struct {
		Log      string
		Messages []Message
	}
	// Marked are marks that a connection got.
	Marked struct {
		Conn            int
		Log             string
		Read, Delivered Marks
	}
	// Left is a connection that gets nothing more.
	Left struct {
		Conn int
		Log  string
	}
	// Erased is an agent who was told that the session is deleted.
	Erased struct{ Log string }
	// Kept is what the log holds when all is quiet, from its beginning. Unread counts are not looked at in a log without marks.
	Kept struct {
		Log             string
		Messages        []Message
		Read, Delivered Marks
		Unread          Marks
	}
)

func (e Sent) log() string     { return e.Log }
func (e Acked) log() string    { return e.Log }
func (e Refused) log() string  { return e.Log }
func (e Asked) log() string    { return e.Log }
func (e Joined) log() string   { return e.Log }
func (e Snapshot) log() string { return e.Log }
func (e Shown) log() string    { return e.Log }
func (e Paged) log() string    { return e.Log }
func (e Marked) log() string   { return e.Log }
func (e Left) log() string     { return e.Log }
func (e Erased) log() string   { return e.Log }
func (e Kept) log() string     { return e.Log }
