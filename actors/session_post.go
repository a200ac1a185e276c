package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// maxTogether is how many messages are stored together at most: enough to share the cost of a commit, few enough that the first one does not
// wait for long.
const maxTogether = 32

// posts are messages that are about to be stored together. Those before next are done.
type posts struct {
	commands []*Command
	next     int
}

// left are those that nobody was answered for yet.
func (p *posts) left() []*Command { return p.commands[p.next:] }

// done forgets all.
func (p *posts) done() { *p = posts{} }

// gatherable reports whether the message is of those that are stored together.
func gatherable(m *toSession) bool {
	c, ok := m.body.(*Command)
	if ok {
		_, ok = c.Command.(chat.PostMessage)
	}
	return ok
}

// gather holds a message back while more wait behind it: what came in while the last commit was under way is stored by one commit, not by
// one each.
func (s *session) gather(ctx actor.Context, m *toSession, behind int) {
	p := &s.posting
	if len(p.commands) > 0 && p.commands[0].Website != m.website {
		s.post(ctx)
	}
	s.address(m)
	if p.commands == nil {
		p.commands = make([]*Command, 0, min(behind+1, maxTogether))
	}
	p.commands = append(p.commands, m.body.(*Command))
	if behind == 0 || len(p.commands) == maxTogether {
		s.post(ctx)
	}
}

// post carries out what was gathered.
func (s *session) post(ctx actor.Context) {
	p := &s.posting
	if len(p.commands) == 0 {
		return
	}
	if len(p.commands) > 1 {
		s.alone = false
		s.postTogether(ctx)
	}
	for _, c := range p.left() {
		s.command(ctx, c)
		p.next++ // a panic refuses those that are left
	}
	p.done()
}

// postTogether stores all gathered messages with one commit. When one of them is special (refused, a repeat, from a connection that has to
// come back), it does nothing: then each goes its own way.
func (s *session) postTogether(ctx actor.Context) {
	a, st, ok := s.decideTogether(ctx)
	if !ok {
		return
	}
	s.accessed()
	receipt, refusal := s.advance(ctx, a, st, false)
	if receipt != nil {
		return
	}
	for i, c := range s.posting.commands {
		s.posting.next++
		if refusal == nil {
			s.show(st.messages[i].Frame, 0, c.Conn)
			s.answer(c, nil, &st.dedupes[i])
		} else {
			s.sys.stats.Refusals.Add(1)
			c.refuse(refusal)
		}
		c.Conn.Handled()
	}
	if refusal == nil {
		s.announce(ctx)
	}
	if !s.kept() {
		s.rest(ctx)
	}
}

// decideTogether decides one message after the other, each on what the ones before lead to. It reports false when one of them is special.
func (s *session) decideTogether(ctx actor.Context) (a *attempt, st step, ok bool) {
	if s.load(ctx) != nil || s.state == nil {
		return nil, st, false
	}
	a = s.attempt()
	rules, now := s.site.rules(), time.Now()
	st.messages = make([]persistence.Entry, 0, len(s.posting.commands))
	st.dedupes = make([]persistence.Dedupe, 0, len(s.posting.commands))
	for _, c := range s.posting.commands {
		if !s.belongs(c.Website) || (c.From.Role == chat.RoleVisitor && !s.knows(c.Conn)) {
			return nil, st, false
		}
		d, _ := dedupeOf(c) // all are messages
		if s.recent.find(&d) != nil || st.has(&d) {
			return nil, st, false
		}
		events, _, refusal := rules.Decide(&a.next, c.From, c.Command, now)
		if refusal != nil {
			return nil, st, false
		}
		s.fold(&a.next, &st, events, &d)
	}
	return a, st, true
}

// has reports whether the same client message id is in the step.
func (st *step) has(d *persistence.Dedupe) bool {
	for i := range st.dedupes {
		if st.dedupes[i].ID == d.ID && st.dedupes[i].Sender == d.Sender {
			return true
		}
	}
	return false
}
