package actors

import (
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/protocol"
)

// command carries out what a participant wants: decide, commit, apply, show, acknowledge.
func (s *session) command(ctx actor.Context, c *Command) {
	if refusal := s.execute(ctx, c); refusal != nil {
		s.sys.stats.Refusals.Add(1)
		c.refuse(refusal)
	}
	c.Conn.Handled()
	if !s.kept() {
		s.rest(ctx)
	}
}

func (s *session) execute(ctx actor.Context, c *Command) *chat.Error {
	if refusal := s.ready(ctx, c); refusal != nil {
		return refusal
	}
	var dedupe *persistence.Dedupe
	if posted, ok := dedupeOf(c); ok {
		dedupe = &posted
		if receipt := s.recent.find(dedupe); receipt != nil {
			return s.repeated(c, dedupe, receipt)
		}
	}
	if fire, ok := c.Command.(chat.FireTrigger); ok {
		fire.ID = chat.MessageID(randomID())
		c = &Command{c.Website, c.Session, c.From, fire, c.Ref, c.Conn}
	}
	events, effects, refusal := s.site.rules().Decide(s.state, c.From, c.Command, time.Now())
	if refusal != nil {
		return refusal
	}
	if c.From.Role == chat.RoleVisitor || s.permanent() {
		s.accessed()
	}
	if _, erase := c.Command.(chat.Erase); erase {
		return s.erase(ctx, c)
	}
	if len(events) > 0 {
		st, receipt, refusal := s.commit(ctx, events, dedupe)
		if refusal != nil {
			return refusal
		}
		if receipt != nil {
			return s.repeated(c, dedupe, receipt)
		}
		s.publish(ctx, c, events, st)
	}
	s.carryOut(effects, c)
	s.answer(c, events, dedupe)
	return nil
}

// ready makes sure that there is a session to command.
func (s *session) ready(ctx actor.Context, c *Command) *chat.Error {
	if c.From.Role == chat.RoleVisitor && !s.knows(c.Conn) {
		c.Conn.Close(protocol.CloseResync) // a session that was lost and came back does not know its connections
		return errNotDelivered
	}
	if refusal := s.load(ctx); refusal != nil {
		return refusal
	}
	if s.state == nil || !s.belongs(c.Website) {
		return &chat.Error{Code: chat.CodeUnknownSession, Message: "there is no such session"}
	}
	return nil
}

func (s *session) knows(conn Connection) bool {
	for _, sub := range s.subscribers {
		if sub.conn == conn {
			return true
		}
	}
	return false
}

// repeated answers a command that was carried out before with its first result (G3).
func (s *session) repeated(c *Command, d *persistence.Dedupe, receipt *persistence.Receipt) *chat.Error {
	if receipt.Body != d.Receipt.Body {
		return &chat.Error{Code: chat.CodeIDConflict, Message: "this id was used for something else"}
	}
	s.sys.stats.Duplicates.Add(1)
	s.recent = s.recent.keep(d.Sender, d.ID, *receipt)
	c.Conn.Send(protocol.EncodeAck(ackSession(c), c.Ref, d.ID, receipt.Seq, receipt.AtMillis))
	return nil
}

// answer acknowledges a command that was carried out now.
func (s *session) answer(c *Command, events []chat.Event, d *persistence.Dedupe) {
	switch {
	case d != nil:
		receipt := d.Receipt
		s.recent = s.recent.keep(d.Sender, d.ID, receipt)
		s.send(c.Conn, protocol.EncodeAck(ackSession(c), c.Ref, d.ID, receipt.Seq, receipt.AtMillis))
	case c.Ref == 0:
	default:
		if _, fire := c.Command.(chat.FireTrigger); fire {
			s.send(c.Conn, protocol.EncodeFired(c.Ref, len(events) > 0))
			return
		}
		s.send(c.Conn, protocol.EncodeDone(c.Ref))
	}
}

// ackSession names the session towards agents, who have many.
func ackSession(c *Command) chat.SessionID {
	if c.From.Role == chat.RoleVisitor {
		return chat.SessionID{}
	}
	return c.Session
}

// carryOut shows what is not kept.
func (s *session) carryOut(effects []chat.Effect, c *Command) {
	for _, e := range effects {
		composing, ok := e.(chat.Composing)
		if !ok {
			continue
		}
		frame := protocol.Typing{Session: s.id, From: composing.By.Role.String(), On: composing.On}
		if composing.By.Role == chat.RoleVisitor {
			if s.site.Website().TypingPreview {
				frame.Text = composing.Text
			}
			s.show(protocol.Encode(frame), chat.RoleAgent, c.Conn)
			continue
		}
		frame.By = &protocol.AgentInfo{ID: composing.By.Agent, Name: composing.By.Name, Avatar: composing.By.Avatar}
		s.show(protocol.Encode(frame), 0, c.Conn)
	}
}
