package actors

import (
	"errors"
	"log/slog"
	"runtime/debug"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/protocol"
)

// retrySoon is what a client is told when a moment later may do.
const retrySoon = 250 * time.Millisecond

// session is the one owner of one visitor session: its lifetime, its log, its subscribers. While nobody asked for it yet, and after it was
// found not to exist, state is nil.
type session struct {
	sys     *System
	site    *Site
	id      chat.SessionID
	website chat.WebsiteID

	state *chat.Session
	// erased says that the store knows the session as deleted: its id is never used again.
	erased bool
	// doubt says that a commit may or may not have happened: the store must be asked before anything else is decided.
	doubt bool
	// unsettled says that a commit which was given up may still happen, however late, until another one has taken its place: so long the
	// store is asked each time, and nothing that is only in memory gets a number.
	unsettled bool
	// unsaved says that the visitor changed in a way that may wait for the next commit: a page, an access.
	unsaved bool
	// unidentified says that the next step is to record the visitor's access (P10).
	unidentified bool
	// announcing says that the website will hear of the conversation again soon.
	announcing bool
	// leaving says that the session is about to leave the memory, or has left.
	leaving bool
	// alone says that nothing waits behind the message in hand, nor is stored together with it.
	alone bool
	// counted says that its route counts the session among the temporary ones.
	counted bool

	// journal is the log of a temporary session: what a conversation's first commit writes (P8).
	journal *journal
	// recent are the last receipts, for repeats that arrive while the first is still warm.
	recent *receipts

	posting posts

	subscribers []subscriber
	lastAccess  time.Time
	timer       *time.Timer
	timerNumber uint64
	// announced is when the website last heard of the conversation.
	announced time.Time
	// child is what the shard knows of the session.
	child *child
}

// subscriber is a connection that sees the session.
type subscriber struct {
	conn Connection
	role chat.Role
}

// journal holds the frames of what is not in the store.
type journal struct {
	messages []persistence.Entry
	notes    []persistence.NoteEntry
	// recent are the receipts of notes, while the session has no actor.
	recent *receipts
}

// Receive implements actor.Actor.
func (s *session) Receive(ctx actor.Context) {
	defer s.count()
	defer s.recoverPanic(ctx)
	if m, ok := ctx.Message().(*toSession); ok {
		behind := m.child.received()
		s.alone = behind == 0
		if gatherable(m) {
			s.gather(ctx, m, behind)
			return
		}
	}
	s.post(ctx)
	switch m := ctx.Message().(type) {
	case *toSession:
		s.address(m)
		s.receive(ctx, m)
	case *rested:
		s.resume(m)
	case tick:
		s.ticked(ctx, m)
	case yield:
		s.rest(ctx)
	case reconcile:
		s.reconcile(ctx)
	case announceConversation:
		s.announcing = false
		s.announce(ctx)
	case release:
		s.release(ctx)
	case *actor.Stopping:
		s.stopping()
	}
}

// address notes whose session is asked for. Once the state is there its website is its own, whatever a later message says: what timers
// send and what is read of the store goes by it (G22).
func (s *session) address(m *toSession) {
	s.id, s.child = m.id, m.child
	if s.state == nil && s.website != m.website {
		s.website, s.site = m.website, nil
	}
}

func (s *session) receive(ctx actor.Context, m *toSession) {
	switch body := m.body.(type) {
	case *Command:
		s.command(ctx, body)
	case *Attach:
		s.attach(ctx, body)
	case *Open:
		s.open(ctx, body)
	case detach:
		s.detach(ctx, body.conn)
		body.answer()
	case *order:
		s.order(ctx, body)
	case *inspect:
		s.inspect(ctx, body)
	case presenceChanged:
		s.show(body.frame, chat.RoleVisitor, nil)
	}
}

// recoverPanic keeps a bug from taking the session along: whoever asked gets an answer, the connections come back to a fresh start, and what
// was in memory is not trusted any more. What panicked is logged by its type; its value may hold a visitor's words.
func (s *session) recoverPanic(ctx actor.Context) {
	cause := recover()
	if cause == nil {
		return
	}
	s.sys.stats.Panics.Add(1)
	s.sys.log.Error("a session failed; its clients reconnect. Please report this.", slog.String("stack", string(debug.Stack())))
	for _, c := range s.posting.left() {
		refuseUndelivered(c)
	}
	s.posting.done()
	if m, ok := ctx.Message().(*toSession); ok && !gatherable(m) {
		refuseUndelivered(m.body)
	}
	s.discard(ctx, protocol.CloseResync)
}

// discard forgets everything and lets the clients come back: the state is not what it should be.
func (s *session) discard(ctx actor.Context, code protocol.CloseCode) {
	s.closeAll(code)
	s.sys.toWebsite(s.website, visitorOffline{s.id})
	s.state, s.journal, s.recent, s.doubt, s.unsettled, s.unsaved, s.unidentified = nil, nil, nil, false, false, false, false
	s.leave(ctx)
}

// load makes sure that the state is there, if the session exists. The error is what the participant may be told; a session that does not
// exist is no error.
func (s *session) load(ctx actor.Context) *chat.Error {
	if refusal := s.loadSite(); refusal != nil {
		return refusal
	}
	timeout := s.sys.waits.context()
	if s.doubt || s.unsettled {
		if err := s.settle(ctx, timeout); err != nil {
			return storeRefusal(err)
		}
	}
	if s.state != nil {
		return nil
	}
	record, err := s.sys.store.Load(timeout, s.website, s.id)
	switch {
	case err == nil:
		s.state = &chat.Session{Head: record.Head, Visitor: record.Visitor}
		s.accessed() // woken: stays in memory for a while
		return nil
	case isGone(err):
		s.erased = errors.Is(err, persistence.ErrErased)
		return nil
	default:
		return storeRefusal(err)
	}
}

// loadSite makes sure that the website's settings are at hand.
func (s *session) loadSite() *chat.Error {
	if s.site != nil {
		return nil
	}
	site, err := s.sys.websites.get(s.sys.waits.context(), s.website)
	if err != nil {
		return storeRefusal(err)
	}
	s.site = site
	return nil
}

// belongs reports whether the session is the website's: a session in memory only is not protected by the store's keys (G22).
func (s *session) belongs(website chat.WebsiteID) bool {
	return s.state == nil || s.state.Website == website
}

// permanent reports whether the session is in the store (P6).
func (s *session) permanent() bool { return s.state != nil && s.state.Version > 0 }

// show sends a frame to the subscribers of a role (0: all) but one.
func (s *session) show(frame []byte, role chat.Role, but Connection) {
	for _, sub := range s.subscribers {
		if sub.conn != but && (role == 0 || sub.role == role) {
			s.send(sub.conn, frame)
		}
	}
}

// fewSubscribers is how many frames a session writes itself. More are left to writers, who share them.
const fewSubscribers = 4

// send sends a frame, at once when there is little to send.
func (s *session) send(conn Connection, frame []byte) {
	if s.alone && len(s.subscribers) <= fewSubscribers {
		conn.SendNow(frame)
		return
	}
	conn.Send(frame)
}

func (s *session) closeAll(code protocol.CloseCode) {
	for _, sub := range s.subscribers {
		sub.conn.Close(code)
	}
	s.subscribers = nil
}

// kept reports whether somebody's connection keeps the session in memory. That an agent looks at a temporary one is no access of the
// website (P7).
func (s *session) kept() bool {
	return s.watchedBy(chat.RoleVisitor) || (s.permanent() && len(s.subscribers) > 0)
}

func (s *session) watchedBy(role chat.Role) bool {
	for _, sub := range s.subscribers {
		if sub.role == role {
			return true
		}
	}
	return false
}

// add subscribes a connection, once.
func (s *session) add(sub subscriber) {
	s.remove(sub.conn)
	s.subscribers = append(s.subscribers, sub)
}

func (s *session) remove(conn Connection) (was chat.Role) {
	for i, sub := range s.subscribers {
		if sub.conn == conn {
			s.subscribers = slices.Delete(s.subscribers, i, i+1)
			if len(s.subscribers) == 0 {
				s.subscribers = nil
			}
			return sub.role
		}
	}
	return 0
}
