package actors

import (
	"context"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/protocol"
)

// order is a command that comes from no connection: of retention, or of an operator.
type order struct {
	command Command
	// due says whether the session, as its actor knows it, is still one for the command; nil: it is.
	due  func(*chat.Session) bool
	done chan<- error // of one
}

// inspect asks for all that the session knows.
type inspect struct {
	website chat.WebsiteID
	done    chan<- inspected // of one
}

type inspected struct {
	session Inspection
	err     error
}

// Inspection is a session as its actor knows it.
type Inspection struct {
	State chat.Session
	// Online says that the visitor is connected.
	Online bool
	// Messages and Notes are the log of a temporary session; a conversation's is in the store.
	Messages []persistence.Entry
	Notes    []persistence.NoteEntry
}

// Order carries out a command of the node itself or of its operator, and waits for it. Errors: ErrUnknownSession, a *chat.Error, or the end of
// ctx; then it may still be carried out.
func (s *System) Order(ctx context.Context, website chat.WebsiteID, session chat.SessionID, who chat.Participant, command chat.Command) error {
	return s.orderIf(ctx, website, session, who, command, nil)
}

// orderIf is Order; the session may have changed meanwhile, so that nothing is to be done.
func (s *System) orderIf(
	ctx context.Context, website chat.WebsiteID, session chat.SessionID, who chat.Participant, command chat.Command, due func(*chat.Session) bool,
) error {
	done := make(chan error, 1)
	s.toSession(website, session, &order{Command{Website: website, Session: session, From: who, Command: command, Conn: nobody{}}, due, done})
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Inspect returns a session as its actor knows it; one at rest stays so. Errors: ErrUnknownSession, a *chat.Error, or the end of ctx.
func (s *System) Inspect(ctx context.Context, website chat.WebsiteID, session chat.SessionID) (Inspection, error) {
	done := make(chan inspected, 1)
	s.toSession(website, session, &inspect{website, done})
	select {
	case i := <-done:
		return i.session, i.err
	case <-ctx.Done():
		return Inspection{}, context.Cause(ctx)
	}
}

// ScrubSoon makes the janitor remove from the disk what was deleted past a session's actor.
func (s *System) ScrubSoon() { s.actors.Root.Send(s.janitor, erased{}) }

// order carries one out. It is no access: a session that was woken for it leaves the memory at once.
func (s *session) order(ctx actor.Context, o *order) {
	defer s.rest(ctx)
	if s.state == nil {
		defer func() { s.lastAccess = time.Time{} }()
	}
	if refusal := s.load(ctx); refusal != nil {
		o.answer(refusal)
		return
	}
	if s.state == nil || s.state.Erased || !s.belongs(o.command.Website) {
		o.answer(ErrUnknownSession)
		return
	}
	if o.due == nil || o.due(s.state) {
		if refusal := s.execute(ctx, &o.command); refusal != nil {
			o.answer(refusal)
			return
		}
	}
	o.answer(nil)
}

// inspect answers with copies: the values in them are replaced, never changed.
func (s *session) inspect(ctx actor.Context, i *inspect) {
	defer s.rest(ctx)
	if refusal := s.load(ctx); refusal != nil {
		i.answer(inspected{err: refusal})
		return
	}
	if s.state == nil || s.state.Erased || !s.belongs(i.website) {
		i.answer(inspected{err: ErrUnknownSession})
		return
	}
	session := Inspection{State: *s.state, Online: s.watchedBy(chat.RoleVisitor)}
	if s.journal != nil {
		session.Messages, session.Notes = s.journal.messages, s.journal.notes
	}
	i.answer(inspected{session: session})
}

// answer tells the asker, once: what a panic finds answered already is left at that.
func (o *order) answer(err error) {
	select {
	case o.done <- err:
	default:
	}
}

// answer tells the asker, once.
func (i *inspect) answer(a inspected) {
	select {
	case i.done <- a:
	default:
	}
}

// nobody is the connection of an order: what it would be told goes nowhere.
type nobody struct{}

// Send implements Connection.
func (nobody) Send([]byte) {}

// SendNow implements Connection.
func (nobody) SendNow([]byte) {}

// Close implements Connection.
func (nobody) Close(protocol.CloseCode) {}

// Handled implements Connection.
func (nobody) Handled() {}
