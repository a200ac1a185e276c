package engine_test

import (
	"log/slog"
	"slices"
	"time"

	"github.com/parlor-chat/parlor/internal/history"
	"github.com/parlor-chat/parlor/internal/testclient"
)

func quietLog() *slog.Logger { return slog.New(slog.DiscardHandler) }

// act lets a visitor do something.
func (p *person) act() {
	if len(p.tabs) == 0 {
		p.open(p.remembered())
		return
	}
	i := p.random.IntN(len(p.tabs))
	l := p.tabs[i]
	at := l.places[l.session]
	if at == nil || l.resetting {
		return // the server has closed it, which the next look at it notices; or the page does not know yet which session it has
	}
	switch n := p.random.IntN(100); {
	case n < 8:
		if len(p.tabs) < 3 {
			p.open(p.remembered())
		}
	case n < 16:
		p.tabs = slices.Delete(p.tabs, i, i+1)
		p.hangUp(l)
	case n < 60:
		p.say(l)
	case n < 80:
		p.mark(l, at.seq)
	case n < 84:
		name := []string{"hello", "help"}[p.random.IntN(2)]
		l.ask(map[string]any{"t": "trigger", "name": name}, l.session, func(testclient.Frame) {})
	case n < 92:
		p.track(l)
	case n < 96:
		l.refs++
		l.send(map[string]any{"t": "history", "ref": l.refs, "before": p.random.Uint64N(at.seq + 2), "limit": 1 + p.random.IntN(20)}, l.session)
	case n < 98:
		l.send(map[string]any{"t": "page", "url": "http://www.site.test/a", "title": "A"}, l.session)
	default:
		p.reset(l)
	}
}

// remembered is from where a page continues: mostly where it stood, sometimes from long ago, sometimes from nowhere.
func (p *person) remembered() *standing {
	if len(p.before) == 0 || p.random.IntN(5) == 0 {
		return nil
	}
	at := p.before[len(p.before)-1]
	switch p.random.IntN(10) {
	case 0:
		at = p.before[p.random.IntN(len(p.before))]
	case 1:
		at.seq += 1 + p.random.Uint64N(1000)
	case 2:
		at.epoch = "0123456789abcdef"
	case 3:
		at.seq = p.random.Uint64N(at.seq + 1)
	}
	return &at
}

// open opens a tab.
func (p *person) open(resume *standing) {
	l := p.newLine(history.Visitor)
	expected := p.session
	if expected != "" {
		l.askToJoin(expected)
	}
	hello := testclient.Hello{"page": map[string]string{"url": "http://www.site.test/", "title": "Home"}}
	if p.token != "" {
		hello["token"] = p.token
	}
	if resume != nil {
		hello["resume"] = map[string]any{"epoch": resume.epoch, "seq": resume.seq}
	}
	v, err := p.w.from(visitorIP).Visit(p.t.Context(), p.w.website.ID.String(), hello, testclient.Header{Origin: "http://www.site.test"})
	if err != nil {
		if !p.calmSince.IsZero() && time.Since(p.calmSince) > settled {
			p.problem("a visitor cannot join: %v", err)
		}
		l.leave(expected)
		p.gone = time.Time{} // it may have joined all the same
		return
	}
	l.client, l.session = v.Client, v.Welcome.Session
	l.onWelcome = func(f testclient.Frame) { p.welcome(l, f) }
	if l.session != expected {
		if expected != "" {
			l.leave(expected)
			p.lost(expected)
		}
		l.askToJoin(l.session)
	} else {
		p.stillThere()
	}
	l.joined(l.session, v.Welcome, resume)
	p.adopt(l, v.Welcome)
	p.tabs = append(p.tabs, l)
}

// adopt keeps what a welcome says, as the page and its cookie do.
func (p *person) adopt(l *line, f testclient.Frame) {
	if f.Token != "" {
		p.token, p.session = f.Token, f.Session
		p.ids = append(p.ids, f.Session)
	}
	p.before = append(p.before, standing{epoch: f.Epoch, seq: 0})
	if at := l.places[f.Session]; at != nil && at.seq > 0 {
		p.before = append(p.before, *at)
	}
}

// lost judges that a session was not there any more.
func (p *person) lost(session string) {
	switch {
	case p.deleted[session]:
	case len(p.kept[session]) > 0:
		p.problem("%s is gone, and had messages", session)
	case !p.spoken[session] && time.Since(p.gone) < 30*time.Minute && p.gone.After(p.began):
		p.problem("%s is gone %v after its last access", session, time.Since(p.gone))
	}
}

// stillThere judges that a session was still there.
func (p *person) stillThere() {
	if len(p.tabs) == 0 && !p.spoken[p.session] && !p.gone.IsZero() && time.Since(p.gone) > 31*time.Minute {
		p.problem("%s is still there %v after its last access", p.session, time.Since(p.gone))
	}
}

// reset asks for a fresh session.
func (p *person) reset(l *line) {
	l.resetting = true
	l.ask(map[string]any{"t": "reset"}, l.session, func(testclient.Frame) {})
}

// welcome answers a reset: the connection has another session now.
func (p *person) welcome(l *line, f testclient.Frame) {
	delete(l.asked, f.Ref)
	l.resetting = false
	l.leave(l.session)
	l.session = f.Session
	l.askToJoin(l.session)
	l.joined(l.session, f, nil)
	p.adopt(l, f)
}

func (p *person) say(l *line) {
	if len(p.said) > 0 && p.random.IntN(10) == 0 {
		u := p.repeat(p.said)
		u.session = l.session
		l.say(u)
		return
	}
	u := p.newUtterance(l.session, "message")
	p.said = append(p.said, u)
	l.say(u)
	if p.random.IntN(10) == 0 {
		l.say(u) // twice at once
	}
}

// mark says what was read or received; sometimes more than there is.
func (s *sim) mark(l *line, seq uint64) {
	if s.random.IntN(10) == 0 {
		seq += 3
	}
	if seq == 0 {
		return
	}
	l.send(map[string]any{"t": []string{"read", "delivered"}[s.random.IntN(2)], "seq": 1 + s.random.Uint64N(seq)}, l.session)
}

// drain writes down what came to a tab. It reports whether the tab is still connected.
func (p *person) drain(l *line) bool {
	at := l.places[l.session]
	if l.drain() {
		return true
	}
	p.remember(l, at)
	return false
}

// remember notes where a page stood when it lost its connection.
func (p *person) remember(l *line, at *standing) {
	if at != nil && l.session == p.session {
		p.before = append(p.before, *at)
	}
	p.gone = time.Now()
}

// hangUp closes a tab, politely or not.
func (p *person) hangUp(l *line) {
	at := l.places[l.session]
	if p.random.IntN(2) == 0 {
		l.client.Close()
	} else {
		l.client.Cut()
	}
	l.drain()
	p.remember(l, at)
}

// cut ends a tab; what was on its way is lost.
func (p *person) cut(l *line) {
	at := l.places[l.session]
	l.client.Cut()
	l.left()
	p.remember(l, at)
}

// act lets an agent do something.
func (d *desk) act() {
	if d.line == nil {
		d.connect()
		return
	}
	if len(d.sessions) == 0 {
		return
	}
	names := d.known()
	session := names[d.random.IntN(len(names))]
	at := d.line.places[session]
	switch n := d.random.IntN(100); {
	case n < 5:
		d.hangUp()
	case at == nil && n < 60:
		d.open(session)
	case n < 60:
		d.say(session)
	case n < 70 && len(d.kept[session]) > 0:
		u := d.newUtterance(session, "note")
		d.said = append(d.said, u)
		d.line.say(u)
	case n < 85 && at != nil:
		seq := 1 + d.random.Uint64N(at.seq+2)
		d.line.send(map[string]any{"t": []string{"read", "delivered"}[d.random.IntN(2)], "seq": seq}, session)
	case n < 90:
		d.line.send(map[string]any{"t": "history", "ref": 1 << 20, "before": 1 + d.random.Uint64N(50)}, session)
	case n < 94 && len(d.kept[session]) > 0:
		state := []string{"pending", "unresolved", "resolved"}[d.random.IntN(3)]
		d.line.send(map[string]any{"t": "state", "state": state}, session)
	case n < 95:
		d.delete(session)
	case n < 97:
		d.line.send(map[string]any{"t": "block", "blocked": d.random.IntN(4) == 0}, session)
	}
}

// known are the sessions that there were, in an order that follows from the seed.
func (s *sim) known() []string {
	var names []string
	for _, p := range s.people {
		names = append(names, p.ids...)
	}
	return names
}

func (d *desk) connect() {
	a, err := d.w.from("198.51.100.1").Work(d.t.Context(), d.cookie)
	if err != nil {
		d.problem("an agent cannot connect: %v", err)
		return
	}
	d.line = d.newLine(a.Welcome.Agent.ID)
	d.line.client = a.Client
}

func (d *desk) open(session string) {
	frame := map[string]any{"t": "open"}
	var resume *standing
	if at, ok := d.before[session]; ok && d.random.IntN(4) > 0 {
		resume = &at
		if d.random.IntN(10) == 0 {
			resume.n += 1000
		}
		frame["resume"] = map[string]any{"epoch": at.epoch, "seq": at.seq, "n": at.n}
	}
	l := d.line
	l.askToJoin(session)
	l.ask(frame, session, func(f testclient.Frame) {
		if f.T == "opened" {
			l.joined(session, f, resume)
		}
	})
}

func (d *desk) say(session string) {
	if d.deleted[session] {
		return
	}
	if len(d.said) > 0 && d.random.IntN(10) == 0 {
		d.line.say(d.repeat(d.said))
		return
	}
	u := d.newUtterance(session, "message")
	d.said = append(d.said, u)
	d.line.say(u)
}

// delete deletes a session, for good.
func (d *desk) delete(session string) {
	d.deleted[session] = true
	d.line.ask(map[string]any{"t": "delete"}, session, func(f testclient.Frame) {
		if f.T == "ack" {
			d.erased = append(d.erased, session)
		}
	})
}

func (d *desk) drain() bool {
	d.remember()
	return d.line.drain()
}

func (d *desk) remember() {
	for session, at := range d.line.places {
		d.before[session] = *at
	}
}

func (d *desk) hangUp() {
	if d.random.IntN(2) == 0 {
		d.line.client.Close()
	} else {
		d.line.client.Cut()
	}
	d.line.drain()
	d.line = nil
}

func (d *desk) cut() {
	d.remember()
	d.line.client.Cut()
	d.line.left()
	d.line = nil
}
