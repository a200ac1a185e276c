package actors

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/protocol"
)

// reconcileAfter is how long a session waits before it asks a failing store again.
const reconcileAfter = 500 * time.Millisecond

// step is what events add to what is kept.
type step struct {
	messages []persistence.Entry
	notes    []persistence.NoteEntry
	visitor  bool
	dedupes  []persistence.Dedupe
	// scrub says that what the step replaces has to leave the disk.
	scrub bool
	// removed is what the step takes out of the agents' log; nil: nothing.
	removed *removal
}

// oneEntry has room for what a message adds.
type oneEntry struct {
	messages [1]persistence.Entry
	dedupes  [1]persistence.Dedupe
}

// commit stores events and then applies them. It returns what they add to the logs; a receipt means that they were stored before, by an earlier
// try.
func (s *session) commit(ctx actor.Context, events []chat.Event, dedupe *persistence.Dedupe) (st step, receipt *persistence.Receipt, refusal *chat.Error) {
	a := s.attempt()
	if dedupe != nil {
		one := new(oneEntry)
		st.messages, st.dedupes = one.messages[:0], one.dedupes[:0]
	}
	s.fold(&a.next, &st, events, dedupe)
	receipt, refusal = s.advance(ctx, a, st, mayWait(events))
	return st, receipt, refusal
}

// attempt is a state that may become the session's, and what stores it. It takes a kilobyte and is needed for a moment.
type attempt struct {
	next   chat.Session
	commit persistence.Commit
}

var attempts = sync.Pool{New: func() any { return new(attempt) }}

// attempt begins with the state that there is.
func (s *session) attempt() *attempt {
	a := attempts.Get().(*attempt)
	a.next = *s.state
	return a
}

// free lets others use the attempt. One that failed is left to the collector instead: the store may still be at it.
func (a *attempt) free() {
	*a = attempt{}
	attempts.Put(a)
}

// advance makes the attempt's next the session's state, stored with the step that led to it unless it lives in memory or may wait for the next commit. A
// receipt means that something of the step was stored before, and nothing now.
func (s *session) advance(ctx actor.Context, a *attempt, st step, mayWait bool) (*persistence.Receipt, *chat.Error) {
	if !a.next.Started {
		if s.unsettled && (len(st.messages)+len(st.notes) > 0 || st.removed != nil) {
			return nil, errUnavailable
		}
		if err := s.keepInMemory(st); err != nil {
			return nil, storeRefusal(err)
		}
		s.reach(a)
		return nil, nil
	}
	if mayWait && s.permanent() {
		s.unsaved = true
		s.reach(a)
		return nil, nil
	}
	timeout := s.sys.waits.context()
	if st.removed != nil {
		if err := s.findPushed(timeout, st.removed); err != nil {
			return nil, storeRefusal(err)
		}
	}
	committed, err := s.write(timeout, a, st)
	if err != nil {
		return nil, s.failed(ctx, err)
	}
	if committed.Duplicate != nil {
		return committed.Duplicate, s.catchUp(ctx, timeout, committed.Duplicate.Seq, len(st.messages) > 0)
	}
	began := !s.state.Started
	s.reach(a)
	s.sys.stats.Messages.Add(int64(len(st.messages)))
	if began {
		s.sys.stats.Conversations.Add(1)
		s.announceVisitor(ctx)
	}
	return nil, nil
}

// reach makes the attempt's next the state.
func (s *session) reach(a *attempt) {
	*s.state = a.next
	a.free()
}

// fold applies the events and encodes what they add to the logs: once, here.
func (s *session) fold(next *chat.Session, st *step, events []chat.Event, dedupe *persistence.Dedupe) {
	for _, e := range events {
		next.Apply(e)
		switch e := e.(type) {
		case chat.MessagePosted:
			st.messages = append(st.messages, persistence.Entry{Seq: e.Message.Seq, Frame: protocol.EncodeMessage(s.id, &e.Message)})
			if dedupe != nil {
				dedupe.Receipt.Seq, dedupe.Receipt.AtMillis = e.Message.Seq, e.Message.At.UnixMilli()
			}
		case chat.NotePosted:
			entry := persistence.Entry{Seq: e.Note.N, Frame: protocol.EncodeNote(s.id, &e.Note)}
			st.notes = append(st.notes, persistence.NoteEntry{Entry: entry, After: e.Note.After})
			if dedupe != nil {
				dedupe.Receipt.Seq, dedupe.Receipt.AtMillis = e.Note.N, e.Note.At.UnixMilli()
			}
		case chat.VisitorChanged:
			st.visitor = true
			st.scrub = st.scrub || e.What == chat.AddressForgotten
		case chat.PageEventsRemoved:
			st.removed, st.scrub = &removal{after: e.After, to: e.To}, true
		}
	}
	if dedupe != nil {
		st.dedupes = append(st.dedupes, *dedupe)
	}
}

// mayWait reports whether the events are worth no disk access of their own: where the visitor is, is written with the next commit.
func mayWait(events []chat.Event) bool {
	for _, e := range events {
		v, ok := e.(chat.VisitorChanged)
		if !ok || (v.What != chat.PageChanged && v.What != chat.AccessChanged) {
			return false
		}
	}
	return true
}

// keepInMemory adds to a temporary session's log. Trigger messages wait there until somebody writes (P8).
func (s *session) keepInMemory(st step) error {
	if st.removed != nil {
		return s.journal.removePushed()
	}
	if len(st.messages)+len(st.notes) == 0 {
		return nil
	}
	if s.journal == nil {
		s.journal = new(journal)
	}
	s.journal.messages = append(s.journal.messages, st.messages...)
	s.journal.notes = append(s.journal.notes, st.notes...)
	return nil
}

// write stores a step. The first one of a session takes along what was in memory only.
func (s *session) write(ctx context.Context, a *attempt, st step) (persistence.Committed, error) {
	shard, next, c := shardOf(s.id), &a.next, &a.commit
	*c = persistence.Commit{
		Shard: shard, Epoch: s.sys.shards[shard].epoch, Expect: next.Version,
		Messages: st.messages, Notes: st.notes, Dedupes: st.dedupes,
	}
	if next.Version == 0 && s.journal != nil {
		c.Messages = append(s.journal.messages[:len(s.journal.messages):len(s.journal.messages)], st.messages...)
		c.Notes = append(s.journal.notes[:len(s.journal.notes):len(s.journal.notes)], st.notes...)
	}
	if st.visitor || s.unsaved || next.Version == 0 {
		c.Visitor = &next.Visitor
	}
	if s.unidentified || next.Version == 0 {
		c.Identify = s.identification(next)
	}
	if st.removed != nil {
		c.Rewritten = st.removed.rewritten
		if err := s.recordWithdrawal(ctx); err != nil {
			return persistence.Committed{}, err
		}
	}
	if c.Scrub = st.scrub; c.Scrub {
		defer s.sys.actors.Root.Send(s.sys.janitor, erased{}) // also when the answer does not come: it may have happened
	}
	next.Version++
	c.Head = next.Head
	committed, err := s.sys.store.Commit(ctx, c)
	switch {
	case err == nil && committed.Duplicate == nil:
		s.unsaved, s.unidentified, s.unsettled, s.journal = false, false, false, nil
	case err != nil && !errors.Is(err, persistence.ErrBusy):
		s.unsettled = true
	}
	return committed, err
}

// failed says what a failed commit means: for the session and for the participant.
func (s *session) failed(ctx actor.Context, err error) *chat.Error {
	s.sys.stats.CommitFaults.Add(1)
	switch {
	case errors.Is(err, persistence.ErrBusy):
		return storeRefusal(err)
	case errors.Is(err, persistence.ErrConflict), errors.Is(err, persistence.ErrFenced):
		s.discard(ctx, protocol.CloseResync) // another writer: this one is stale (G6)
		return errNotDelivered
	case errors.Is(err, persistence.ErrErased):
		s.gone(ctx)
		return &chat.Error{Code: chat.CodeSessionClosed, Message: "the session was deleted"}
	}
	s.doubt, s.unsettled = true, true // a deletion as well
	s.askAgain(ctx)
	return storeRefusal(err)
}

func (s *session) askAgain(ctx actor.Context) {
	self, root := ctx.Self(), s.sys.actors.Root
	time.AfterFunc(reconcileAfter, func() { root.Send(self, reconcile{}) })
}

// reconcile asks the store what became of a commit in doubt.
func (s *session) reconcile(ctx actor.Context) {
	if s.doubt && s.load(ctx) != nil {
		s.askAgain(ctx)
	}
}

// settle learns what the store holds after a commit or a deletion in doubt, and shows what it turns out to hold.
func (s *session) settle(ctx actor.Context, timeout context.Context) error {
	record, err := s.sys.store.Load(timeout, s.website, s.id)
	switch {
	case isGone(err) && s.state.Version == 0:
		// the session's first commit did not happen
	case errors.Is(err, persistence.ErrErased):
		s.sys.stats.Erased.Add(1)
		s.gone(ctx)
	case err != nil:
		return err
	case record.Head.Version != s.state.Version:
		if err := s.adopt(timeout, record); err != nil {
			return err
		}
		s.announceVisitor(ctx)
		s.announce(ctx)
	}
	s.doubt = false
	return nil
}

// adopt takes over the stored state and shows the messages that it has more than this one.
func (s *session) adopt(ctx context.Context, record *persistence.Record) error {
	seq, notes, said := s.state.Seq, s.state.Notes, s.state.Visitor.Consent
	if record.Head.Seq > seq {
		entries, _, err := s.sys.store.Messages(ctx, s.website, s.id, persistence.Page{After: seq, Limit: persistence.MaxPage})
		if err != nil {
			return err
		}
		for _, e := range entries {
			s.show(e.Frame, 0, nil)
		}
	}
	if record.Head.Notes > notes {
		entries, err := s.sys.store.Notes(ctx, s.website, s.id, persistence.NotePage{AfterN: notes, Limit: persistence.MaxPage})
		if err != nil {
			return err
		}
		for _, e := range entries {
			s.show(e.Frame, chat.RoleAgent, nil)
		}
	}
	s.state = &chat.Session{Head: record.Head, Visitor: record.Visitor, Posting: s.state.Posting}
	s.journal, s.unsettled = nil, false
	if is := record.Visitor.Consent; is != nil && (said == nil || *said != *is) {
		s.showConsent(nil)
		s.showDetails()
	}
	return nil
}

// catchUp makes sure that the state holds what a duplicate's receipt says was stored: a message, or an entry of the agents' log.
func (s *session) catchUp(ctx actor.Context, timeout context.Context, seq uint64, message bool) *chat.Error {
	have := s.state.Notes
	if message {
		have = s.state.Seq
	}
	if seq <= have {
		return nil
	}
	if err := s.settle(ctx, timeout); err != nil {
		return storeRefusal(err)
	}
	return nil
}

// storeRefusal says to a participant what a store's error means.
func storeRefusal(err error) *chat.Error {
	switch {
	case errors.Is(err, persistence.ErrBusy):
		return &chat.Error{Code: chat.CodeBusy, Message: "too much at once; repeat", Retry: retrySoon}
	case errors.Is(err, persistence.ErrCursor):
		return &chat.Error{Code: chat.CodeInvalid, Message: "cursor: the one that came as next"}
	case errors.Is(err, persistence.ErrNotFound):
		return &chat.Error{Code: chat.CodeUnknownWebsite, Message: "there is no such website"}
	default:
		return errUnavailable
	}
}

var errUnavailable = &chat.Error{Code: chat.CodeUnavailable, Message: "the store does not answer; repeat", Retry: time.Second}

// isGone reports that the store has no such session, or not any more.
func isGone(err error) bool {
	return errors.Is(err, persistence.ErrNotFound) || errors.Is(err, persistence.ErrErased)
}
