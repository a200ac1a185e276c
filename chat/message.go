package chat

import "time"

// MessageType says what a message's content is.
type MessageType string

// The types of messages.
const (
	TypeText      MessageType = "text"
	TypeFile      MessageType = "file"
	TypeAnimation MessageType = "animation"
	TypeAudio     MessageType = "audio"
)

// Content is what a message says: Text for TypeText, Attachment for the others.
type Content struct {
	Type       MessageType
	Text       string
	Attachment Attachment
}

// Attachment refers to something that stands elsewhere; the server never fetches it.
type Attachment struct {
	URL  string `json:"url"`
	Type string `json:"type"`
	Name string `json:"name,omitempty"`
	// Duration is in seconds, for audio.
	Duration float64 `json:"duration,omitzero"`
}

// Role is the side on which somebody takes part.
type Role uint8

// The roles. System is the engine itself: timers, triggers, retention. An operator runs the node, and says nothing.
const (
	RoleVisitor Role = iota + 1
	RoleAgent
	RoleSystem
	RoleOperator
)

func (r Role) String() string {
	switch r {
	case RoleVisitor:
		return "visitor"
	case RoleAgent:
		return "agent"
	case RoleOperator:
		return "operator"
	default:
		return "system"
	}
}

// Participant is who acts. Visitors have no more than their role: the session says who they are.
type Participant struct {
	Role   Role
	Agent  AgentID
	Name   string
	Avatar string
}

// Sender names who sent something, for the uniqueness of message ids (G3): all tabs of a visitor are one sender, each agent is one.
type Sender struct {
	Role  Role
	Agent AgentID
}

// Sender returns the participant as a sender.
func (p Participant) Sender() Sender { return Sender{p.Role, p.Agent} }

// Account names the participant for the audit log: an agent with the id, an operator with the name that was given.
func (p Participant) Account() string {
	switch p.Role {
	case RoleAgent:
		return "agent " + p.Agent.String()
	case RoleOperator:
		return "operator " + p.Name
	case RoleSystem:
		return "retention"
	default:
		return p.Role.String()
	}
}

// Message is one entry of the log that everybody sees.
type Message struct {
	Seq     uint64
	ID      MessageID
	From    Participant
	Content Content
	At      time.Time
	// Trigger names the trigger that sent the message; empty for people's.
	Trigger string
}

// Note is one entry of the second log, the one that only agents see: a note, an event of the page, or an event of the session.
type Note struct {
	N uint64
	// After is the message that stood last when the entry was made.
	After uint64
	ID    MessageID
	By    Participant
	At    time.Time
	// Text is set for a note; Event for everything else.
	Text  string
	Event *PageEvent
}

// PageEvent is something that happened: pushed by the page, or by the engine when System is set (assigned, state, blocked).
type PageEvent struct {
	Name   string
	Data   map[string]any
	Color  string
	System bool
}
