package chat

import "time"

// Event is something that happened in a session. Applying all events of a session in order gives its state.
type Event interface{ event() }

// Effect is something to be done that changes no state.
type Effect interface{ effect() }

type (
	// MessagePosted appends to the log that everybody sees. A person's message starts the conversation (P8).
	MessagePosted struct{ Message Message }
	// NotePosted appends to the log that agents see.
	NotePosted struct{ Note Note }
	// Marked moves the read and delivered marks forward (G8).
	Marked struct {
		Role            Role
		Read, Delivered uint64
	}
	// VisitorChanged replaces what is known of the visitor.
	VisitorChanged struct {
		Visitor Visitor
		What    VisitorChange
	}
	// PageEventsRemoved takes what the page pushed out of the agents' log, behind the entry After up to the entry To. The entries keep their
	// numbers; of those up to After nothing is left already.
	PageEventsRemoved struct{ After, To uint64 }
	// Assigned made an agent responsible.
	Assigned struct{ Agent AgentID }
	// StateChanged moved the conversation.
	StateChanged struct{ State State }
	// BlockedChanged refused or allowed the visitor's messages.
	BlockedChanged struct{ Blocked bool }
	// Erased ended the session for good.
	Erased struct{ At time.Time }
)

// VisitorChange says which part of a visitor changed.
type VisitorChange uint8

// The parts of a visitor that change together.
const (
	AccessChanged VisitorChange = iota + 1
	PageChanged
	TriggerFired
	UserChanged
	SegmentsChanged
	DataChanged
	AddressForgotten
	ConsentChanged
)

// Composing shows the other side that somebody is typing; it is not kept.
type Composing struct {
	By   Participant
	On   bool
	Text string
}

func (MessagePosted) event()     {}
func (NotePosted) event()        {}
func (Marked) event()            {}
func (VisitorChanged) event()    {}
func (PageEventsRemoved) event() {}
func (Assigned) event()          {}
func (StateChanged) event()      {}
func (BlockedChanged) event()    {}
func (Erased) event()            {}
func (Composing) effect()        {}
