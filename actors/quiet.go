package actors

import (
	"context"
	"log/slog"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
)

// quietHandler keeps protoactor's log lines but drops their attributes: some hold the message that an actor failed on, which is a
// visitor's text.
type quietHandler struct{ slog.Handler }

func quiet(l *slog.Logger) *slog.Logger { return slog.New(quietHandler{l.Handler()}) }

// Enabled lets through what operators need to know.
func (h quietHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && h.Handler.Enabled(ctx, level)
}

// Handle writes the record without its attributes.
func (h quietHandler) Handle(ctx context.Context, r slog.Record) error {
	return h.Handler.Handle(ctx, slog.NewRecord(r.Time, r.Level, r.Message, r.PC))
}

// WithAttrs drops the attributes.
func (h quietHandler) WithAttrs([]slog.Attr) slog.Handler { return h }

// WithGroup drops the group.
func (h quietHandler) WithGroup(string) slog.Handler { return h }

var errNotDelivered = &chat.Error{Code: chat.CodeUnavailable, Message: "the session moves; repeat", Retry: retrySoon}

// refuseUndelivered answers a message that its receiver will never see.
func refuseUndelivered(body any) {
	switch m := body.(type) {
	case *toSession:
		refuseUndelivered(m.body)
	case detach:
		m.answer() // who is gone shows nothing
	case *Attach:
		m.answer(errNotDelivered)
	case *Open:
		m.Conn.Send(protocol.EncodeError(m.Ref, chat.MessageID{}, errNotDelivered))
		m.Conn.Handled()
	case *Subscribe:
		m.Conn.Send(protocol.EncodeError(m.Ref, chat.MessageID{}, errNotDelivered))
		m.Conn.Handled()
	case *WatchVisitors:
		m.Conn.Send(protocol.EncodeError(m.Ref, chat.MessageID{}, errNotDelivered))
		m.Conn.Handled()
	case *Command:
		m.refuse(errNotDelivered)
		m.Conn.Handled()
	case *order:
		m.answer(errNotDelivered)
	case *inspect:
		m.answer(inspected{err: errNotDelivered})
	}
}

// answer tells the asker, once: what a panic finds answered already is left at that.
func (a *Attach) answer(err error) {
	select {
	case a.result <- err:
	default:
	}
}

// messageID is the client's id of what a command posts, zero for others.
func messageID(c chat.Command) chat.MessageID {
	switch c := c.(type) {
	case chat.PostMessage:
		return c.ID
	case chat.PostNote:
		return c.ID
	}
	return chat.MessageID{}
}

// refuse tells the sender of a command that it was not carried out.
func (c *Command) refuse(e *chat.Error) {
	c.Conn.Send(protocol.EncodeError(c.Ref, messageID(c.Command), e))
}
