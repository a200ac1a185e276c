package chat

import (
	"math/bits"
	"time"
)

// State is how far a conversation is.
type State uint8

// The states of a conversation. A visitor's message makes it unresolved, so does an agent's first.
const (
	StatePending State = iota
	StateUnresolved
	StateResolved
)

var stateNames = [...]string{"pending", "unresolved", "resolved"}

func (s State) String() string { return stateNames[s] }

// ParseState reads the name of a state.
func ParseState(name string) (State, bool) {
	for i, n := range stateNames {
		if n == name {
			return State(i), true
		}
	}
	return 0, false
}

// Marks hold one sequence number for each side.
type Marks struct {
	Visitor uint64 `json:"visitor"`
	Agent   uint64 `json:"agent"`
}

func (m *Marks) raise(r Role, seq uint64) {
	if r == RoleVisitor {
		m.Visitor = max(m.Visitor, seq)
	} else {
		m.Agent = max(m.Agent, seq)
	}
}

// Of returns the mark of one side.
func (m Marks) Of(r Role) uint64 {
	if r == RoleVisitor {
		return m.Visitor
	}
	return m.Agent
}

// Epoch names one log of one session: a resume from another epoch cannot continue (G5).
type Epoch uint64

// Head is the part of a session that changes with every message: small, and written with each commit.
type Head struct {
	ID      SessionID
	Website WebsiteID
	Epoch   Epoch
	// Version counts the commits; the next commit must name it (G6). Zero: never committed.
	Version uint64
	// Seq is the last message's number, Notes the last one of the agents' log.
	Seq, Notes uint64
	// Started says that a person wrote: the session is permanent (P6, P8).
	Started bool
	State   State
	Blocked bool
	// Erased says that an agent deleted the session; nothing may be decided any more. It is not kept.
	Erased bool
	// LastFrom is who sent the newest message, and Preview its beginning, as the inbox shows it.
	LastFrom  Role
	Assigned  AgentID
	Read      Marks
	Delivered Marks
	// Unread counts the other side's messages behind each side's read mark.
	Unread UnreadCounts
	// Senders holds who sent the last 64 messages, the newest in bit 0: set for the visitor.
	Senders   uint64
	CreatedAt time.Time
	// ActiveAt is the time of the newest message, by which the inbox is ordered.
	ActiveAt time.Time
	// SecretHash is SHA-256 of the cookie's secret.
	SecretHash [32]byte
	// Name is the visitor's nickname, here for the inbox.
	Name    string
	Preview string
}

// UnreadCounts count what each side has not read.
type UnreadCounts struct{ Visitor, Agent uint32 }

// Session is the whole state of one visitor session.
type Session struct {
	Head
	Visitor Visitor
	// Posting limits the visitor's messages (P11). It is not kept.
	Posting Bucket
}

// NewSession returns a temporary session (P7).
func NewSession(website WebsiteID, id SessionID, epoch Epoch, secretHash [32]byte, now time.Time) *Session {
	return &Session{Head: Head{ID: id, Website: website, Epoch: epoch, SecretHash: secretHash, CreatedAt: now}}
}

// Apply folds an event into the state. Events come from [Rules.Decide] on the same state.
func (s *Session) Apply(e Event) {
	switch e := e.(type) {
	case MessagePosted:
		s.posted(e.Message)
	case NotePosted:
		s.Notes = e.Note.N
	case Marked:
		s.marked(e)
	case VisitorChanged:
		s.Visitor = e.Visitor
		s.Name = e.Visitor.Who().Nickname
	case Assigned:
		s.Assigned = e.Agent
	case StateChanged:
		s.State = e.State
	case BlockedChanged:
		s.Blocked = e.Blocked
	case Erased:
		s.Erased = true
	}
}

func (s *Session) posted(m Message) {
	s.Seq = m.Seq
	s.Senders <<= 1
	switch m.From.Role {
	case RoleVisitor:
		s.Senders |= 1
		s.Unread.Agent++
		s.Read.raise(RoleVisitor, m.Seq)
		s.Delivered.raise(RoleVisitor, m.Seq)
		s.Unread.Visitor = 0
	default:
		s.Unread.Visitor++
	}
	if m.From.Role == RoleAgent {
		s.Read.raise(RoleAgent, m.Seq)
		s.Delivered.raise(RoleAgent, m.Seq)
		s.Unread.Agent = 0
	}
	if m.From.Role != RoleSystem {
		s.Started = true
		s.State = StateUnresolved
	}
	s.ActiveAt = m.At
	s.LastFrom, s.Preview = m.From.Role, preview(m.Content)
}

func (s *Session) marked(e Marked) {
	s.Read.raise(e.Role, e.Read)
	s.Delivered.raise(e.Role, max(e.Read, e.Delivered))
	if e.Read == 0 {
		return
	}
	if e.Role == RoleVisitor {
		s.Unread.Visitor = s.unreadBehind(s.Read.Visitor, ^s.Senders, s.Unread.Visitor)
	} else {
		s.Unread.Agent = s.unreadBehind(s.Read.Agent, s.Senders, s.Unread.Agent)
	}
}

// unreadBehind counts the messages after mark whose bit is set in senders. It is exact for the last 64 messages; further back it keeps the
// count that was there, which is never too low.
func (s *Session) unreadBehind(mark, senders uint64, before uint32) uint32 {
	behind := s.Seq - mark
	if behind >= 64 {
		return before
	}
	return uint32(bits.OnesCount64(senders & (1<<behind - 1)))
}

// preview is the beginning of a message as a list shows it.
func preview(c Content) string {
	text := c.Text
	if c.Type != TypeText {
		text = c.Attachment.Name
		if text == "" {
			text = string(c.Type)
		}
	}
	return cutBytes(text, MaxPreviewBytes)
}
