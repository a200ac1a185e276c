package storetest

import (
	"slices"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// ref names a session of the model: small numbers, so that steps meet often.
type ref struct{ website, session uint32 }

// model is the contract in its plainest form: lists that are searched from end to end.
type model struct {
	sessions map[ref]*modelSession
	erased   map[ref]bool
	epochs   map[uint16]uint64
}

type modelSession struct {
	head     chat.Head
	visitor  chat.Visitor
	messages []persistence.Entry
	notes    []persistence.NoteEntry
	sent     []persistence.Dedupe
}

func newModel() *model {
	return &model{sessions: make(map[ref]*modelSession), erased: make(map[ref]bool), epochs: make(map[uint16]uint64)}
}

// head is the session's head, or a new one.
func (m *model) head(r ref) chat.Head {
	if s := m.sessions[r]; s != nil {
		return s.head
	}
	return newHead(r.website, r.session)
}

// commit says what a store must answer, and does it.
func (m *model) commit(r ref, c *persistence.Commit) (*persistence.Receipt, error) {
	s := m.sessions[r]
	if s == nil {
		s = &modelSession{}
	}
	switch {
	case m.erased[r]:
		return nil, persistence.ErrErased
	case c.Epoch != m.epochs[c.Shard]:
		return nil, persistence.ErrFenced
	}
	for _, again := range c.Dedupes {
		for _, d := range s.sent {
			if d.Sender == again.Sender && d.ID == again.ID {
				return &d.Receipt, nil
			}
		}
	}
	if c.Expect != s.head.Version {
		return nil, persistence.ErrConflict
	}
	s.sent = append(s.sent, c.Dedupes...)
	s.head = c.Head
	if c.Visitor != nil {
		s.visitor = *c.Visitor
	}
	s.messages, s.notes = append(s.messages, c.Messages...), append(s.notes, c.Notes...)
	for _, n := range c.Rewritten {
		s.notes[n.Seq-1] = n
	}
	m.sessions[r] = s
	return nil, nil
}

func (m *model) erase(r ref) {
	delete(m.sessions, r)
	m.erased[r] = true
}

// page is what a page of messages must hold.
func (m *model) page(r ref, p persistence.Page) (entries []persistence.Entry, more bool) {
	if s := m.sessions[r]; s != nil {
		for _, e := range s.messages {
			if (p.After == 0 || e.Seq > p.After) && (p.Before == 0 || e.Seq < p.Before) {
				entries = append(entries, e)
			}
		}
	}
	if len(entries) <= p.Limit {
		return entries, false
	}
	if p.After > 0 {
		return entries[:p.Limit], true
	}
	return entries[len(entries)-p.Limit:], true
}

// noteRange is what a range of notes must hold.
func (m *model) noteRange(r ref, p persistence.NotePage) (entries []persistence.Entry) {
	if s := m.sessions[r]; s != nil {
		for _, n := range s.notes {
			if n.After >= p.From && (p.To == 0 || n.After <= p.To) && n.Seq > p.AfterN {
				entries = append(entries, n.Entry)
			}
		}
	}
	if p.Oldest {
		return entries[:min(len(entries), p.Limit)]
	}
	return entries[max(0, len(entries)-p.Limit):]
}

// inbox is what a website's inbox must hold.
func (m *model) inbox(website uint32, f persistence.Filter) (heads []chat.Head) {
	for r, s := range m.sessions {
		resolved := s.head.State == chat.StateResolved
		if r.website == website && (f == persistence.FilterAll || resolved == (f == persistence.FilterResolved)) {
			heads = append(heads, s.head)
		}
	}
	slices.SortFunc(heads, func(a, b chat.Head) int {
		if c := b.ActiveAt.Compare(a.ActiveAt); c != 0 {
			return c
		}
		return slices.Compare(a.ID[:], b.ID[:])
	})
	return heads
}
