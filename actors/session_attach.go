package actors

import (
	"crypto/subtle"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/protocol"
)

// attach joins a visitor's connection: welcome, then what it missed, then live, without a gap and without a repeat (G5).
func (s *session) attach(ctx actor.Context, a *Attach) {
	defer s.rest(ctx)
	load := s.load
	if a.Fresh && s.state == nil {
		load = func(actor.Context) *chat.Error { return s.loadSite() } // the store has nothing of it
	}
	if refusal := load(ctx); refusal != nil {
		a.answer(refusal)
		return
	}
	if s.state == nil && a.Create && !s.erased {
		if refusal := s.create(a); refusal != nil {
			a.answer(refusal)
			return
		}
	}
	if s.state == nil || s.state.Erased || !s.belongs(a.Website) ||
		subtle.ConstantTimeCompare(s.state.SecretHash[:], a.SecretHash[:]) != 1 {
		a.answer(ErrUnknownSession)
		return
	}
	replay, refusal := s.replay(a.Resume, false)
	if refusal != nil {
		a.answer(refusal)
		return
	}
	s.begins()
	s.state.Apply(s.site.rules().Access(s.state, a.Access, time.Now()))
	s.unsaved = true
	s.accessed()

	welcome := s.welcome(a.Welcome, replay.kind)
	if something := s.state.Seq > 0; something {
		a.Conn.Send(welcome)
		replay.send(a.Conn, something)
	} else {
		a.Conn.SendNow(welcome)
	}
	s.add(subscriber{a.Conn, chat.RoleVisitor})
	s.announceVisitor(ctx)
	s.announce(ctx)
	s.showDetails()
	a.answer(nil)
}

// create begins a temporary session (P7): it exists in memory only. The error is what the visitor may be told.
func (s *session) create(a *Attach) *chat.Error {
	if s.sys.crowd.full(s.route()) {
		s.sys.stats.Refusals.Add(1)
		return &chat.Error{Code: chat.CodeBusy, Message: "too many visitors at once; come back", Retry: retrySoon}
	}
	if a.Admit != nil {
		if refusal := a.Admit(); refusal != nil {
			return refusal
		}
	}
	id := randomID()
	epoch := chat.Epoch(uint64(id[0])<<56 | uint64(id[1])<<48 | uint64(id[2])<<40 | uint64(id[3])<<32 |
		uint64(id[4])<<24 | uint64(id[5])<<16 | uint64(id[6])<<8 | uint64(id[7]))
	s.state = chat.NewSession(a.Website, a.Session, epoch, a.SecretHash, time.Now())
	s.count()
	return nil
}

// welcome completes the answer to a visitor's hello, and encodes it.
func (s *session) welcome(w protocol.VisitorWelcome, resume string) []byte {
	presence := s.site.Presence()
	w.Session, w.Epoch, w.Resume, w.Seq = s.state.ID, protocol.FormatEpoch(s.state.Epoch), resume, s.state.Seq
	w.Unread, w.Ongoing = s.state.Unread.Visitor, s.state.Started
	w.Read, w.Delivered = s.state.Read, s.state.Delivered
	w.User, w.Segments, w.Data = s.state.Visitor.Who(), s.state.Visitor.Segments, s.state.Visitor.Data
	w.Consent = protocol.DescribeConsent(s.site.Website().RequireConsent, s.state.Visitor.Consent)
	w.Online, w.Agents = presence.Online, presence.Agents
	for _, t := range s.site.rules().Triggers {
		if !s.state.Visitor.HasFired(t.Name) {
			w.Triggers = append(w.Triggers, protocol.DescribeTrigger(t))
		}
	}
	return protocol.EncodeWelcome(&w)
}

// open joins an agent's connection.
func (s *session) open(ctx actor.Context, o *Open) {
	defer s.rest(ctx)
	refusal := s.load(ctx)
	if refusal == nil && (s.state == nil || s.state.Erased || !s.belongs(o.Website)) {
		refusal = &chat.Error{Code: chat.CodeUnknownSession, Message: "there is no such session"}
	}
	var replay replay
	if refusal == nil {
		replay, refusal = s.replay(o.Resume, true)
	}
	if refusal != nil {
		o.Conn.Send(protocol.EncodeError(o.Ref, chat.MessageID{}, refusal))
		o.Conn.Handled()
		return
	}
	online := s.watchedBy(chat.RoleVisitor)
	o.Conn.Send(protocol.Encode(protocol.Opened{
		Ref: o.Ref, Website: o.Website, Session: o.Session, Epoch: protocol.FormatEpoch(s.state.Epoch), Resume: replay.kind,
		Seq: s.state.Seq, N: s.state.Notes, Read: s.state.Read, Delivered: s.state.Delivered,
		Conversation: protocol.Summarize(&s.state.Head, online),
		Visitor:      protocol.Detail(&s.state.Head, &s.state.Visitor, online),
	}))
	replay.send(o.Conn, s.state.Seq > 0 || s.state.Notes > 0)
	s.add(subscriber{o.Conn, chat.RoleAgent})
	o.Conn.Handled()
}

// detach ends a connection's part.
func (s *session) detach(ctx actor.Context, conn Connection) {
	role := s.remove(conn)
	if role == chat.RoleVisitor && s.state != nil {
		s.accessed() // an open connection is access: the time counts from its end (P7)
		if !s.watchedBy(chat.RoleVisitor) {
			s.ends()
			s.save()
			s.announceGone(ctx)
			s.showDetails()
		}
	}
	s.rest(ctx)
}

func (d detach) answer() {
	if d.done != nil {
		close(d.done)
	}
}

// replay is what a client gets after its welcome: the gap, or a snapshot.
type replay struct {
	session  chat.SessionID
	kind     string
	messages [][]byte
	notes    [][]byte
	more     bool
	// first is the number of the first message, 0 when there is none.
	first uint64
}

// The kinds of replay, as docs/protocol.md names them.
const (
	resumeNone  = "none"
	resumeOK    = "ok"
	resumeReset = "reset"
)

// send puts the replay on the connection. A client that does not resume gets a snapshot, unless there is nothing at all.
func (r *replay) send(conn Connection, something bool) {
	if r.kind == resumeOK {
		for _, frame := range r.messages {
			conn.Send(frame)
		}
		for _, frame := range r.notes {
			conn.Send(frame)
		}
		return
	}
	if something {
		conn.Send(protocol.Encode(protocol.History{
			Session: r.session, Messages: protocol.Raw(r.messages), Notes: protocol.Raw(r.notes), More: r.more,
		}))
	}
}

// continues reports whether the log goes on from where a client stands, within what is replayed at once.
func (s *session) continues(r *protocol.Resume, notes bool) bool {
	missed := func(end uint64, have int64) bool { // whether the gap can be sent
		return have >= 0 && uint64(have) <= end && end-uint64(have) <= protocol.MaxReplay
	}
	return r.Epoch == protocol.FormatEpoch(s.state.Epoch) && missed(s.state.Seq, r.Seq) && (!notes || missed(s.state.Notes, r.N))
}

// replay reads what a client missed. notes: the agents' log is part of it. A gap of too many bytes is a reset, or the client would be taken for
// one that does not read, each time it comes back.
func (s *session) replay(resume *protocol.Resume, notes bool) (replay, *chat.Error) {
	r, refusal := s.missed(resume, notes)
	if refusal == nil && r.kind == resumeOK && r.bytes() > protocol.MaxReplayBytes {
		r, refusal = s.missed(nil, notes)
		r.kind = resumeReset
	}
	return r, refusal
}

func (r *replay) bytes() (n int) {
	for _, frames := range [...][][]byte{r.messages, r.notes} {
		for _, frame := range frames {
			n += len(frame)
		}
	}
	return n
}

// missed reads both logs.
func (s *session) missed(resume *protocol.Resume, notes bool) (replay, *chat.Error) {
	r, refusal := s.messages(resume, notes)
	if refusal == nil && notes {
		r.notes, refusal = s.notes(&r, resume)
	}
	return r, refusal
}

func (s *session) messages(resume *protocol.Resume, notes bool) (replay, *chat.Error) {
	r := replay{session: s.state.ID, kind: resumeNone}
	// Up to the end that the welcome tells: behind it may stand what a commit that was given up has stored since, which comes live.
	page := persistence.Page{Before: s.state.Seq + 1, Limit: protocol.SnapshotMessages}
	if resume != nil {
		r.kind = resumeReset
		if s.continues(resume, notes) {
			r.kind = resumeOK
			page.Limit = protocol.MaxReplay
			if have := uint64(resume.Seq); have > 0 {
				page = persistence.Page{After: have, Limit: int(s.state.Seq - have)}
			}
		}
	}
	if s.state.Seq == 0 || (r.kind == resumeOK && page.After == s.state.Seq) {
		return r, nil
	}
	entries, more, refusal := s.entries(page)
	if refusal != nil {
		return r, refusal
	}
	for _, e := range entries {
		r.messages = append(r.messages, e.Frame)
	}
	if len(entries) > 0 {
		r.first = entries[0].Seq
	}
	r.more = more
	return r, nil
}

// entries reads a page of the log, from memory while the session is temporary.
func (s *session) entries(page persistence.Page) ([]persistence.Entry, bool, *chat.Error) {
	if !s.permanent() {
		if s.journal == nil {
			return nil, false, nil
		}
		return s.journal.messages[min(page.After, uint64(len(s.journal.messages))):], false, nil
	}
	ctx := s.sys.waits.context()
	entries, more, err := s.sys.store.Messages(ctx, s.website, s.id, page)
	if err != nil {
		return nil, false, storeRefusal(err)
	}
	return entries, more, nil
}

// maxNotes is how many entries of the agents' log go with a snapshot.
const maxNotes = 200

// notes reads the entries of the agents' log that belong to a replay.
func (s *session) notes(r *replay, resume *protocol.Resume) ([][]byte, *chat.Error) {
	page := persistence.NotePage{Limit: maxNotes}
	if r.kind == resumeOK {
		page.AfterN, page.Limit = uint64(resume.N), persistence.MaxPage
	} else if r.more {
		page.From = r.first
	}
	var frames [][]byte
	if !s.permanent() {
		if s.journal != nil {
			for _, n := range s.journal.notes[min(page.AfterN, uint64(len(s.journal.notes))):] {
				frames = append(frames, n.Frame)
			}
		}
		return frames, nil
	}
	ctx := s.sys.waits.context()
	entries, err := s.sys.store.Notes(ctx, s.website, s.id, page)
	if err != nil {
		return nil, storeRefusal(err)
	}
	for _, e := range entries {
		if e.Seq <= s.state.Notes {
			frames = append(frames, e.Frame)
		}
	}
	return frames, nil
}
