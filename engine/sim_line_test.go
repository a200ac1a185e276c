package engine_test

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/parlor-chat/parlor/internal/history"
	"github.com/parlor-chat/parlor/internal/testclient"
)

// line is one connection as the simulation sees it: it writes down everything that comes.
type line struct {
	sim    *sim
	conn   int
	sender string
	client *testclient.Client
	// session is the visitor's own; agents have many.
	session string
	places  map[string]*standing
	// waiting are what was sent under an id and not answered, in order.
	waiting map[string][]utterance
	refs    int64
	asked   map[int64]func(testclient.Frame)
	// resetting says that a reset was asked for, onWelcome is told of its answer.
	resetting bool
	onWelcome func(testclient.Frame)
}

// standing is up to where a connection has everything of a session.
type standing struct {
	epoch  string
	seq, n uint64
}

// utterance is what somebody says.
type utterance struct{ session, kind, id, body string }

// notesOf names a session's second log.
func notesOf(session string) string { return session + " notes" }

func (u utterance) log() string {
	if u.kind == "note" {
		return notesOf(u.session)
	}
	return u.session
}

func (s *sim) newLine(sender string) *line {
	s.conns++
	return &line{
		sim: s, conn: s.conns, sender: sender, places: make(map[string]*standing),
		waiting: make(map[string][]utterance), asked: make(map[int64]func(testclient.Frame)),
	}
}

// say sends a message or a note, for the first time or again.
func (l *line) say(u utterance) {
	frame := map[string]any{"t": u.kind, "id": u.id}
	if u.kind == "note" {
		frame["text"] = u.body
	} else {
		frame["type"], frame["content"] = "text", u.body
		l.sim.spoken[u.session] = true
	}
	l.sim.note(history.Sent{Log: u.log(), Sender: l.sender, ID: u.id, Body: u.body})
	l.waiting[u.id] = append(l.waiting[u.id], u)
	l.send(frame, u.session)
}

// send sends a frame. What a lost connection does with it, its end tells.
func (l *line) send(frame map[string]any, session string) {
	if l.session == "" {
		frame["website"], frame["session"] = l.sim.w.website.ID.String(), session
	}
	_ = l.client.Send(frame)
}

// ask sends a frame whose answer is waited for.
func (l *line) ask(frame map[string]any, session string, answer func(testclient.Frame)) {
	l.refs++
	l.asked[l.refs] = answer
	frame["ref"] = l.refs
	l.send(frame, session)
}

// drain writes down what has come. It reports whether the connection goes on.
func (l *line) drain() bool {
	over := false
	select {
	case <-l.client.Done():
		over = true
	default:
	}
	for _, f := range l.client.Pending() {
		l.handle(f)
	}
	if over {
		l.left()
	}
	return !over
}

// left notes that nothing more comes.
func (l *line) left() {
	for session := range l.places {
		l.leave(session)
	}
}

func (l *line) leave(session string) {
	delete(l.places, session)
	l.sim.note(history.Left{Conn: l.conn, Log: session}, history.Left{Conn: l.conn, Log: notesOf(session)})
}

func (l *line) handle(f testclient.Frame) {
	session := f.Session
	if session == "" {
		session = l.session
	}
	switch f.T {
	case "message", "note", "event":
		log, m := messageOf(session, f)
		l.sim.note(history.Shown{Conn: l.conn, Log: log, Message: m})
		l.advance(session, f.T != "message", m.Seq)
	case "ack", "error":
		l.answered(f)
	case "history":
		l.page(session, f)
	case "marks":
		l.sim.note(history.Marked{Conn: l.conn, Log: session, Read: history.Marks(f.Read), Delivered: history.Marks(f.Delivered)})
	case "opened":
		l.answered(f)
	case "welcome":
		l.onWelcome(f)
	case "deleted":
		l.sim.deleted[session] = true
		l.leave(session)
	case "unreadable":
		l.sim.problem("conn %d got what it cannot read: %s", l.conn, f.Raw)
	}
}

func messageOf(session string, f testclient.Frame) (log string, m history.Message) {
	m = history.Message{Seq: f.Seq, Sender: f.From, ID: f.ID, Body: f.TextOf(), Trigger: f.Auto}
	switch {
	case f.T == "event":
		name := fmt.Sprint("event ", f.N)
		return notesOf(session), history.Message{Seq: f.N, Sender: "system", ID: name, Trigger: name}
	case f.T == "note":
		return notesOf(session), history.Message{Seq: f.N, Sender: f.By.ID, ID: f.ID, Body: f.Text}
	case f.Auto != "":
		m.Sender = "system"
	case f.By != nil:
		m.Sender = f.By.ID
	}
	return session, m
}

// advance moves the place up to which the client has everything.
func (l *line) advance(session string, note bool, seq uint64) {
	at := l.places[session]
	switch {
	case at == nil:
	case note && seq == at.n+1:
		at.n++
	case !note && seq == at.seq+1:
		at.seq++
	}
}

// open are the codes that do not say whether it was stored.
var open = []string{"unavailable", "internal"}

func (l *line) answered(f testclient.Frame) {
	if answer := l.asked[f.Ref]; answer != nil {
		delete(l.asked, f.Ref)
		answer(f)
		return
	}
	waiting := l.waiting[f.ID]
	if f.ID == "" || len(waiting) == 0 {
		return
	}
	u := waiting[0]
	l.waiting[f.ID] = waiting[1:]
	switch {
	case f.T == "ack":
		l.sim.note(history.Acked{Conn: l.conn, Log: u.log(), Sender: l.sender, ID: u.id, Body: u.body, Seq: f.Seq})
		l.sim.kept[u.log()] = append(l.sim.kept[u.log()], u)
		l.advance(u.session, u.kind == "note", f.Seq)
	case !slices.Contains(open, f.Code):
		l.sim.note(history.Refused{Log: u.log(), Sender: l.sender, ID: u.id, Body: u.body})
	}
}

// page notes a snapshot, which nobody asked for by a ref, or a page.
func (l *line) page(session string, f testclient.Frame) {
	var messages, notes []history.Message
	for _, m := range f.Messages {
		_, one := messageOf(session, m)
		messages = append(messages, one)
	}
	for _, n := range f.Notes {
		_, one := messageOf(session, n)
		notes = append(notes, one)
	}
	if f.Ref != 0 {
		l.sim.note(history.Paged{Log: session, Messages: messages}, history.Paged{Log: notesOf(session), Messages: notes})
		return
	}
	l.sim.note(history.Snapshot{Conn: l.conn, Log: session, Messages: messages})
	if at := l.places[session]; at != nil && len(messages) > 0 {
		at.seq = messages[len(messages)-1].Seq
	}
	if l.session == "" {
		l.sim.note(history.Snapshot{Conn: l.conn, Log: notesOf(session), Messages: notes})
	}
}

// joined notes a welcome or an opened frame. resume is what was asked for, nil for nothing.
func (l *line) joined(session string, f testclient.Frame, resume *standing) {
	at := &standing{epoch: f.Epoch}
	resumed := f.Resume == "ok"
	switch {
	case resumed && resume == nil:
		l.sim.problem("conn %d resumed and did not ask: %s", l.conn, f.Raw)
		return
	case resumed && resume.epoch != f.Epoch:
		l.sim.problem("conn %d resumed from another log: %s", l.conn, f.Raw)
	case resumed:
		at.seq, at.n = resume.seq, resume.n
	default:
		at.n = f.N // of older notes, the snapshot holds what stands in its range
	}
	l.places[session] = at
	l.sim.sessions[session] = true
	l.sim.note(history.Joined{
		Conn: l.conn, Log: session, Resumed: resumed, Have: at.seq, Seq: f.Seq, Read: history.Marks(f.Read), Delivered: history.Marks(f.Delivered),
	})
	if l.session == "" {
		l.sim.note(history.Joined{Conn: l.conn, Log: notesOf(session), Resumed: resumed, Have: at.n, Seq: f.N})
	}
}

// askToJoin notes that a connection is about to join.
func (l *line) askToJoin(session string) {
	l.sim.note(history.Asked{Conn: l.conn, Log: session}, history.Asked{Conn: l.conn, Log: notesOf(session)})
}

// frameOf reads a stored frame.
func frameOf(data []byte) (f testclient.Frame) {
	_ = json.Unmarshal(data, &f) // an unreadable one has no number, which the judge notices
	return f
}
