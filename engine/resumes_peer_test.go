package engine_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/parlor-chat/parlor/bench/client"
	"github.com/parlor-chat/parlor/internal/history"
	"github.com/parlor-chat/parlor/internal/testclient"
)

// peer is a tab or an inbox, which keeps what a client has to keep: where it stands, and what was not acknowledged.
type peer struct {
	*talk
	random *rand.Rand
	sender string
	// at is up to where it has everything, once complete says so: not between a welcome and its snapshot.
	at       standing
	complete bool
	// pending is what was said and is not acknowledged, last what was acknowledged last.
	pending, last *utterance
	settling      bool

	// Of the connection that it has: its number, what it claims to have, and how it was welcomed.
	client  client.Conn
	conn    int
	resume  *standing
	lies    bool
	welcome testclient.Frame
}

// mayReset is what of a gap may be too much to be sent: 64 KiB of the longest messages here.
const mayReset = 100

func (c *talk) newPeer(n uint64, sender string) *peer {
	return &peer{talk: c, random: rand.New(rand.NewPCG(c.seed, c.number<<8|n)), sender: sender}
}

func (p *peer) visitor() bool { return p.sender == history.Visitor }

// settle comes back without a proxy until nothing is pending, and says something if nothing was said.
func (p *peer) settle() {
	p.settling = true
	defer func() { p.settling = false }()
	for began := time.Now(); p.last == nil || p.pending != nil; {
		if time.Since(began) > rushPatience {
			p.problem("%s does not get an ack of %+v", p.sender, p.pending)
			return
		}
		p.visit(p.direct, func() bool { return p.last != nil && p.pending == nil })
	}
}

// visit connects, joins, and talks until the connection ends or done says so.
func (p *peer) visit(addr string, done func() bool) {
	path, header := "/visitor?website="+p.website.String(), http.Header{}
	if !p.visitor() {
		path, header = "/agent", http.Header{"Origin": {"http://" + addr}, "Cookie": {p.cookie}}
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*inDoubt)
	defer cancel()
	p.dialed.Add(1)
	c, err := client.Lean.Dial(ctx, "ws://"+addr+path, "parlor.v1", header)
	if err != nil {
		return
	}
	defer func() { _ = c.Close() }()
	doubt := time.AfterFunc(inDoubt, func() { _ = c.Close() })
	defer doubt.Stop()
	p.client, p.welcome = c, testclient.Frame{}
	p.hello()
	for !done() {
		data, err := c.Read()
		if err != nil {
			break
		}
		doubt.Reset(inDoubt)
		var f testclient.Frame
		if err := json.Unmarshal(data, &f); err != nil {
			p.problem("%v in %q", err, data)
			break
		}
		f.Raw = slices.Clone(data)
		p.handle(f)
	}
	if p.session != "" {
		p.note(history.Left{Conn: p.conn, Log: p.session}, history.Left{Conn: p.conn, Log: notesOf(p.session)})
	}
}

// hello asks to join, mostly from where the client stands.
func (p *peer) hello() {
	p.mu.Lock()
	p.conns++
	p.conn = p.conns
	p.mu.Unlock()
	p.resume, p.lies = nil, false
	if p.complete {
		at := p.at
		p.resume = &at
		switch p.random.IntN(100) {
		case 0:
			p.resume.epoch, p.lies = "0123456789abcdef", true
		case 1:
			p.resume.seq, p.lies = at.seq+1<<20, true
		case 2:
			p.resume = nil
		}
	}
	if p.session != "" {
		p.note(history.Asked{Conn: p.conn, Log: p.session}, history.Asked{Conn: p.conn, Log: notesOf(p.session)})
	}
	hello := map[string]any{"t": "hello"}
	join := hello
	if p.visitor() {
		hello["website"] = p.website.String()
		if p.token != "" {
			hello["token"] = p.token
		}
	} else {
		join = map[string]any{"t": "open", "ref": 1, "website": p.website.String(), "session": p.session}
	}
	if p.resume != nil {
		join["resume"] = map[string]any{"epoch": p.resume.epoch, "seq": p.resume.seq, "n": p.resume.n}
	}
	p.send(hello)
	if !p.visitor() {
		p.send(join)
	}
}

// send sends a frame. What a connection that is cut does with it, its end tells.
func (p *peer) send(frame map[string]any) {
	data, err := json.Marshal(frame)
	if err != nil {
		p.problem("%v", err)
		return
	}
	_ = p.client.Send(data)
}

func (p *peer) handle(f testclient.Frame) {
	switch f.T {
	case "welcome":
		if p.visitor() {
			p.joined(f)
		}
	case "opened":
		p.joined(f)
	case "message", "note", "event":
		log, m := messageOf(p.session, f)
		p.note(history.Shown{Conn: p.conn, Log: log, Message: m})
		p.shown.Add(1)
		p.advance(f.T != "message", m.Seq)
		if p.random.IntN(8) == 0 {
			p.send(p.about(map[string]any{"t": []string{"read", "delivered"}[p.random.IntN(2)], "seq": max(1, p.at.seq)}))
		}
	case "history":
		p.snapshot(f)
	case "marks":
		p.note(history.Marked{Conn: p.conn, Log: p.session, Read: history.Marks(f.Read), Delivered: history.Marks(f.Delivered)})
	case "ack", "error":
		p.answered(f)
	case "deleted":
		p.problem("conn %d: %s", p.conn, f.Raw)
	}
}

// about names the session, as agents do.
func (p *peer) about(frame map[string]any) map[string]any {
	if !p.visitor() {
		frame["website"], frame["session"] = p.website.String(), p.session
	}
	return frame
}

// joined judges how the client was welcomed.
func (p *peer) joined(f testclient.Frame) {
	if p.session == "" { // the first of all
		p.mu.Lock()
		p.session, p.token = f.Session, f.Token
		p.mu.Unlock()
		p.note(history.Asked{Conn: p.conn, Log: p.session}, history.Asked{Conn: p.conn, Log: notesOf(p.session)})
	}
	p.welcome = f
	kind := "ok"
	switch {
	case p.resume == nil:
		kind = "none"
		p.anew.Add(1)
	case p.lies || f.Resume == "reset" && f.Seq-p.resume.seq > mayReset:
		kind = "reset"
		p.reset.Add(1)
	}
	if f.Resume != kind || f.Session != p.session {
		p.problem("conn %d asked from %+v, %s was expected: %s", p.conn, p.resume, kind, f.Raw)
	}
	p.at = standing{epoch: f.Epoch, n: f.N} // of older notes, the snapshot holds what stands in its range
	if kind == "ok" {
		p.at = *p.resume
		p.resumed.Add(1)
		p.back.Add(1)
	}
	p.note(history.Joined{
		Conn: p.conn, Log: p.session, Resumed: kind == "ok", Have: p.at.seq, Seq: f.Seq, Read: history.Marks(f.Read), Delivered: history.Marks(f.Delivered),
	})
	if !p.visitor() {
		p.note(history.Joined{Conn: p.conn, Log: notesOf(p.session), Resumed: kind == "ok", Have: p.at.n, Seq: f.N})
	}
	if p.complete = kind == "ok" || f.Seq == 0; p.complete {
		p.say()
	}
}

func (p *peer) snapshot(f testclient.Frame) {
	var messages, notes []history.Message
	for _, m := range f.Messages {
		_, one := messageOf(p.session, m)
		messages = append(messages, one)
	}
	for _, n := range f.Notes {
		_, one := messageOf(p.session, n)
		notes = append(notes, one)
	}
	p.note(history.Snapshot{Conn: p.conn, Log: p.session, Messages: messages})
	if !p.visitor() {
		p.note(history.Snapshot{Conn: p.conn, Log: notesOf(p.session), Messages: notes})
	}
	if len(messages) > 0 {
		p.at.seq = messages[len(messages)-1].Seq
	}
	p.complete = true
	p.say()
}

func (p *peer) advance(note bool, seq uint64) {
	switch {
	case note && seq == p.at.n+1:
		p.at.n++
	case !note && seq == p.at.seq+1:
		p.at.seq++
	}
}

// say says what is pending once more, or something new, or sometimes what was acknowledged already.
func (p *peer) say() {
	switch {
	case p.pending != nil:
		p.again.Add(1)
	case p.last != nil && p.random.IntN(10) == 0:
		p.pending = p.last
		p.again.Add(1)
	default:
		kind := "message"
		if !p.visitor() && p.random.IntN(8) == 0 {
			kind = "note"
		}
		u := p.newUtterance(p.random, kind)
		p.pending = &u
	}
	u := *p.pending
	frame := map[string]any{"t": u.kind, "id": u.id}
	if u.kind == "note" {
		frame["text"] = u.body
	} else {
		frame["type"], frame["content"] = "text", u.body
	}
	p.note(history.Sent{Log: u.log(), Sender: p.sender, ID: u.id, Body: u.body})
	p.send(p.about(frame))
}

func (p *peer) answered(f testclient.Frame) {
	if f.T != "ack" || p.pending == nil || f.ID != p.pending.id { // nobody is refused here
		p.problem("conn %d awaits the ack of %+v: %s", p.conn, p.pending, f.Raw)
		return
	}
	u := *p.pending
	p.note(history.Acked{Conn: p.conn, Log: u.log(), Sender: p.sender, ID: u.id, Body: u.body, Seq: f.Seq})
	p.acked.Add(1)
	p.advance(u.kind == "note", f.Seq)
	p.pending, p.last = nil, &u
	if !p.settling {
		p.say() // so that there is always something on its way when a connection is cut
	}
}
