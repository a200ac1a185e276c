package actors

import (
	"net/netip"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/protocol"
)

// announceEvery is how often the website hears of one conversation at most: what the inbox shows need not be faster.
const announceEvery = 250 * time.Millisecond

// publish shows what was stored to everybody who may see it. The sender of a message sees its acknowledgment in the message's place.
func (s *session) publish(ctx actor.Context, c *Command, events []chat.Event, st step) {
	messages, notes := st.messages, st.notes
	for _, e := range events {
		switch e := e.(type) {
		case chat.MessagePosted:
			s.show(messages[0].Frame, 0, senderOf(c, e.Message.From.Role))
			messages = messages[1:]
		case chat.NotePosted:
			s.show(notes[0].Frame, chat.RoleAgent, noteSender(c))
			notes = notes[1:]
		case chat.Marked:
			s.show(protocol.Encode(protocol.MarksFrame{Session: s.id, Read: s.state.Read, Delivered: s.state.Delivered}), 0, nil)
		case chat.VisitorChanged:
			s.publishVisitor(ctx, c, e)
		case chat.BlockedChanged:
			s.tellBlocked(e.Blocked)
		}
	}
	s.announce(ctx)
}

// Blocked says that an agent blocked the visitor of a conversation, or unblocked it.
type Blocked struct {
	Session chat.SessionID
	// Addr is where the visitor was last; none where it is not kept.
	Addr    netip.Addr
	Blocked bool
}

// tellBlocked tells of conversations only: of others nothing may outlive them (P9).
func (s *session) tellBlocked(blocked bool) {
	if s.sys.blocked != nil && s.permanent() {
		s.sys.blocked(Blocked{s.id, s.state.Visitor.Addr.Addr(), blocked})
	}
}

// senderOf is who does not get the message itself. A trigger's message goes to everybody: nobody wrote it.
func senderOf(c *Command, from chat.Role) Connection {
	if from == chat.RoleSystem {
		return nil
	}
	return c.Conn
}

// noteSender is who does not get the entry itself: only a note is answered with its number.
func noteSender(c *Command) Connection {
	if _, ok := c.Command.(chat.PostNote); ok {
		return c.Conn
	}
	return nil
}

func (s *session) publishVisitor(ctx actor.Context, c *Command, e chat.VisitorChanged) {
	v := &s.state.Visitor
	switch e.What {
	case chat.UserChanged:
		s.show(protocol.Encode(protocol.UserFrame{User: v.Who()}), chat.RoleVisitor, c.Conn)
	case chat.SegmentsChanged:
		s.show(protocol.Encode(protocol.SegmentsFrame{Segments: v.Segments}), chat.RoleVisitor, c.Conn)
	case chat.DataChanged:
		s.show(protocol.Encode(protocol.DataFrame{Data: v.Data}), chat.RoleVisitor, c.Conn)
	case chat.ConsentChanged:
		s.showConsent(c.Conn)
	case chat.TriggerFired:
		s.show(protocol.Encode(protocol.TriggerFrame{Name: v.Fired[len(v.Fired)-1]}), chat.RoleVisitor, c.Conn)
	}
	s.showDetails()
	s.announceVisitor(ctx)
}

// showDetails tells the agents who have the session open what is known of the visitor.
func (s *session) showDetails() {
	if s.state == nil || !s.watchedBy(chat.RoleAgent) {
		return
	}
	online := s.watchedBy(chat.RoleVisitor)
	s.show(protocol.Encode(protocol.VisitorFrame{
		Session: s.id, Visitor: protocol.Detail(&s.state.Head, &s.state.Visitor, online),
	}), chat.RoleAgent, nil)
}

// announce tells the website how the conversation stands: at once when it was quiet, else when a quarter second has passed.
func (s *session) announce(ctx actor.Context) {
	if s.state == nil || !s.state.Started || s.announcing {
		return
	}
	now := time.Now()
	if wait := announceEvery - now.Sub(s.announced); wait > 0 {
		s.announcing = true
		self, root := ctx.Self(), s.sys.actors.Root
		time.AfterFunc(wait, func() { root.Send(self, announceConversation{}) })
		return
	}
	s.announced = now
	s.sys.toWebsite(s.website, conversationChanged{s.state.Head, s.watchedBy(chat.RoleVisitor)})
}

func (s *session) announceVisitor(actor.Context) {
	if s.watchedBy(chat.RoleVisitor) {
		s.sys.toWebsite(s.website, visitorOnline{protocol.Live(&s.state.Head, &s.state.Visitor)})
	}
}

func (s *session) announceGone(ctx actor.Context) {
	s.sys.toWebsite(s.website, visitorOffline{s.id})
	s.announce(ctx)
}

// erase deletes the session for good (P14): unreadable when this returns, and everybody who saw it is told.
func (s *session) erase(ctx actor.Context, c *Command) *chat.Error {
	if s.permanent() || s.unsettled {
		timeout := s.sys.waits.context()
		err := s.sys.store.Erase(timeout, s.erasure(c))
		s.sys.actors.Root.Send(s.sys.janitor, erased{}) // also when the answer did not come: it may have happened
		if err != nil {
			return s.failed(ctx, err)
		}
	}
	s.sys.stats.Erased.Add(1)
	s.answer(c, nil, nil)
	s.gone(ctx)
	return nil
}

// erasure is what the audit log is told: who, and under which policy.
func (s *session) erasure(c *Command) persistence.Erasure {
	e := persistence.Erasure{Website: s.website, Session: s.id, By: c.From.Account(), Policy: s.site.policy()}
	if erase, ok := c.Command.(chat.Erase); ok {
		e.Reason = erase.Reason
	}
	return e
}

// gone ends a session that was deleted.
func (s *session) gone(ctx actor.Context) {
	frame := protocol.Encode(protocol.Deleted{Session: s.id})
	s.show(frame, 0, nil)
	for _, sub := range s.subscribers {
		if sub.role == chat.RoleVisitor {
			sub.conn.Close(protocol.CloseSessionClosed)
		}
	}
	s.subscribers = nil
	s.state.Erased, s.journal, s.recent = true, nil, nil
	s.sys.toWebsite(s.website, conversationRemoved{s.id})
	s.leave(ctx)
}
