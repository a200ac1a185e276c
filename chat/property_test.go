package chat_test

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/parlor-chat/parlor/chat"
)

var (
	start   = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	visitor = chat.Participant{Role: chat.RoleVisitor}
	agent   = chat.Participant{Role: chat.RoleAgent, Agent: chat.AgentID{1}, Name: "Ada"}
)

func newSession() *chat.Session {
	return chat.NewSession(chat.WebsiteID{1}, chat.SessionID{2}, 7, [32]byte{3}, start)
}

func text(s string) chat.PostMessage {
	return chat.PostMessage{Content: chat.Content{Type: chat.TypeText, Text: s}}
}

// clone copies a session so deeply that nothing is shared.
func clone(s *chat.Session) *chat.Session {
	c := *s
	c.Visitor.Segments, c.Visitor.Fired = slices.Clone(s.Visitor.Segments), slices.Clone(s.Visitor.Fired)
	c.Visitor.Pages, c.Visitor.Data = slices.Clone(s.Visitor.Pages), maps.Clone(s.Visitor.Data)
	if s.Visitor.Consent != nil {
		c.Visitor.Consent = new(*s.Visitor.Consent)
	}
	if s.Visitor.User != nil {
		user := *s.Visitor.User
		if user.Company != nil {
			user.Company = new(*user.Company)
		}
		c.Visitor.User = &user
	}
	return &c
}

// model is what the session should be, counted anew each time from everything that was ever posted.
type model struct {
	messages []chat.Message
	notes    uint64
	read     chat.Marks
	blocked  bool
	erased   bool
	// events are how many of the page's are in the agents' log, and tracks whether there may be more.
	events int
	tracks bool
}

func (m *model) started() bool {
	return slices.ContainsFunc(m.messages, func(p chat.Message) bool { return p.From.Role != chat.RoleSystem })
}

// unread counts what a side has not read of what it did not write.
func (m *model) unread(r chat.Role) (n uint32) {
	for _, p := range m.messages {
		if p.Seq > m.read.Of(r) && (p.From.Role == chat.RoleVisitor) != (r == chat.RoleVisitor) {
			n++
		}
	}
	return n
}

func (m *model) see(e chat.Event) {
	switch e := e.(type) {
	case chat.MessagePosted:
		m.messages = append(m.messages, e.Message)
		m.raise(e.Message.From.Role, e.Message.Seq)
	case chat.NotePosted:
		m.notes++
		if event := e.Note.Event; event != nil && !event.System {
			m.events++
		}
	case chat.PageEventsRemoved:
		if e.To == m.notes {
			m.events = 0
		}
	case chat.VisitorChanged:
		if e.What == chat.ConsentChanged {
			m.tracks = e.Visitor.Consent.Tracking
		}
	case chat.Marked:
		m.raise(e.Role, e.Read)
	case chat.BlockedChanged:
		m.blocked = e.Blocked
	case chat.Erased:
		m.erased = true
	}
}

func (m *model) raise(r chat.Role, seq uint64) {
	switch r {
	case chat.RoleVisitor:
		m.read.Visitor = max(m.read.Visitor, seq)
	case chat.RoleAgent:
		m.read.Agent = max(m.read.Agent, seq)
	}
}

// commands draws what somebody may want, sensible or not, of a log that ends at end.
func commands(end uint64) *rapid.Generator[chat.Command] {
	seq := rapid.Uint64Range(0, end+1)
	short := rapid.StringMatching(`[a-zé]{0,5}`)
	optional := rapid.Ptr(short, true)
	return rapid.Custom(func(t *rapid.T) chat.Command {
		return rapid.OneOf(
			rapid.Map(short, func(s string) chat.Command { return text(s) }),
			rapid.Map(short, func(s string) chat.Command { return text(s + "!") }),
			rapid.Map(short, func(s string) chat.Command {
				return chat.PostMessage{Content: chat.Content{Type: chat.TypeFile, Attachment: chat.Attachment{URL: "https://f.example/" + s, Type: "image/png"}}}
			}),
			rapid.Map(short, func(s string) chat.Command { return chat.PostNote{Text: s} }),
			rapid.Map(seq, func(n uint64) chat.Command { return chat.MarkRead{Seq: n} }),
			rapid.Map(seq, func(n uint64) chat.Command { return chat.MarkDelivered{Seq: n} }),
			rapid.Map(short, func(s string) chat.Command { return chat.Compose{On: true, Text: s} }),
			rapid.Map(short, func(s string) chat.Command { return chat.VisitPage{Page: chat.Page{URL: s}} }),
			rapid.Map(rapid.SampledFrom([]string{"help", "sale", "none"}), func(s string) chat.Command { return chat.FireTrigger{Name: s} }),
			rapid.Map(optional, func(s *string) chat.Command { return chat.SetUser{Nickname: s} }),
			rapid.Map(optional, func(s *string) chat.Command {
				return chat.SetUser{Email: s, Company: &chat.Company{Name: "Shop"}, ClearCompany: s == nil}
			}),
			rapid.Map(rapid.SliceOfN(short, 0, 3), func(s []string) chat.Command { return chat.SetSegments{Segments: s, Overwrite: len(s) == 2} }),
			rapid.Map(rapid.MapOfN(short, rapid.OneOf(rapid.Just[any](nil), rapid.Just[any](1.5), rapid.Just[any]("x"), rapid.Just[any](7)), 0, 3),
				func(d map[string]any) chat.Command { return chat.SetData{Data: d} }),
			rapid.Map(short, func(s string) chat.Command { return chat.PushEvent{Event: chat.PageEvent{Name: s}} }),
			rapid.Map(rapid.Bool(), func(b bool) chat.Command { return chat.SetConsent{Tracking: b} }),
			rapid.Map(rapid.Byte(), func(b byte) chat.Command { return chat.Assign{Agent: chat.AgentID{b % 3}} }),
			rapid.Map(rapid.SampledFrom([]chat.State{chat.StatePending, chat.StateUnresolved, chat.StateResolved}),
				func(s chat.State) chat.Command { return chat.SetState{State: s} }),
			rapid.Map(rapid.Bool(), func(b bool) chat.Command { return chat.SetBlocked{Blocked: b} }),
			rapid.Just[chat.Command](chat.Erase{}),
		).Draw(t, "command")
	})
}

// TestG4G8P6P8P12P13AnyCommandsOfBothSides plays random commands against the rules and compares the session with a naive count.
func TestG4G8P6P8P12P13AnyCommandsOfBothSides(t *testing.T) {
	rules := chat.Rules{
		Limits:   chat.Limits{PerSecond: 5, Burst: 10},
		Triggers: []chat.Trigger{{Name: "help", Message: "Need a hand?"}, {Name: "sale", Message: "Ten off"}},
	}
	rapid.Check(t, func(t *rapid.T) {
		rules.RequireConsent = rapid.Bool().Draw(t, "consent")
		s, m, now := newSession(), &model{tracks: !rules.RequireConsent}, start
		for range rapid.IntRange(1, 150).Draw(t, "commands") {
			now = now.Add(time.Duration(rapid.IntRange(0, 500).Draw(t, "ms")) * time.Millisecond)
			who := rapid.SampledFrom([]chat.Participant{visitor, agent, {Role: chat.RoleSystem}}).Draw(t, "who")
			c := commands(s.Seq).Draw(t, "command")
			if _, erase := c.(chat.Erase); erase && s.Seq < 40 {
				continue // else no log grows long
			}
			step(t, rules, s, m, who, c, now)
		}
	})
}

// step decides and applies one command, and checks everything that must hold.
func step(t *rapid.T, rules chat.Rules, s *chat.Session, m *model, who chat.Participant, c chat.Command, now time.Time) {
	before := clone(s)
	events, effects, refusal := rules.Decide(s, who, c, now)

	decided := clone(s)
	decided.Posting = before.Posting
	if !reflect.DeepEqual(before, decided) {
		t.Fatalf("deciding %T changed the session", c)
	}
	_, post := c.(chat.PostMessage)
	if s.Posting != before.Posting && (who.Role != chat.RoleVisitor || !post || refusal != nil) {
		t.Fatalf("%T of the %s took from the visitor's rate", c, who.Role)
	}
	switch {
	case refusal != nil && len(events)+len(effects) > 0:
		t.Fatalf("%T was refused and has %d events", c, len(events))
	case m.erased && (refusal == nil || refusal.Code != chat.CodeSessionClosed):
		t.Fatalf("%T after the end: %v", c, refusal)
	case m.blocked && who.Role == chat.RoleVisitor && len(effects) > 0, m.blocked && who.Role == chat.RoleVisitor && post && refusal == nil:
		t.Fatalf("a blocked visitor's %T has effect", c)
	}

	for _, e := range events {
		marks := [2]chat.Marks{s.Read, s.Delivered}
		s.Apply(e)
		m.see(e)
		for i, now := range [2]chat.Marks{s.Read, s.Delivered} {
			if now.Visitor < marks[i].Visitor || now.Agent < marks[i].Agent || max(now.Visitor, now.Agent) > s.Seq {
				t.Fatalf("after %T the marks went from %v to %v of %d", e, marks[i], now, s.Seq)
			}
		}
	}
	check(t, s, m)
}

func check(t *rapid.T, s *chat.Session, m *model) {
	if !m.tracks && len(s.Visitor.Segments)+len(s.Visitor.Data)+m.events > 0 {
		t.Fatalf("without consent there are %d segments, %d values and %d events", len(s.Visitor.Segments), len(s.Visitor.Data), m.events)
	}
	if s.Seq != uint64(len(m.messages)) || s.Notes != m.notes {
		t.Fatalf("the log ends at %d of %d, the agents' at %d of %d", s.Seq, len(m.messages), s.Notes, m.notes)
	}
	fired := make(map[string]int)
	for i, p := range m.messages {
		if p.Seq != uint64(i)+1 {
			t.Fatalf("number %d at place %d", p.Seq, i+1)
		}
		if p.Trigger != "" {
			fired[p.Trigger]++
		}
	}
	for name, n := range fired {
		if n > 1 || !s.Visitor.HasFired(name) {
			t.Fatalf("trigger %q fired %d times", name, n)
		}
	}
	if s.Started != m.started() {
		t.Fatalf("started %v, want %v", s.Started, m.started())
	}
	if s.Read != m.read || s.Erased != m.erased || s.Blocked != m.blocked {
		t.Fatalf("read %v, erased %v, blocked %v; want %v, %v, %v", s.Read, s.Erased, s.Blocked, m.read, m.erased, m.blocked)
	}
	for _, side := range []struct {
		role chat.Role
		got  uint32
	}{{chat.RoleVisitor, s.Unread.Visitor}, {chat.RoleAgent, s.Unread.Agent}} {
		want := m.unread(side.role)
		exact := s.Seq-s.Read.Of(side.role) < 64
		if side.got < want || (exact && side.got != want) {
			t.Fatalf("%d unread for the %s, want %d", side.got, side.role, want)
		}
	}
}

func TestUnreadCountsOfALongLog(t *testing.T) {
	for _, c := range []struct{ mark, want uint64 }{{200, 0}, {199, 1}, {150, 50}, {137, 63}, {100, 200}, {0, 200}} {
		s := newSession()
		for range 200 {
			s.Apply(decide(t, s, agent, text("hello"))[0])
		}
		for _, e := range decide(t, s, visitor, chat.MarkRead{Seq: c.mark}) {
			s.Apply(e)
		}
		if uint64(s.Unread.Visitor) != c.want {
			t.Errorf("read to %d of 200: %d unread, want %d", c.mark, s.Unread.Visitor, c.want)
		}
	}
}

// decide asks without limits; it must be allowed.
func decide(t *testing.T, s *chat.Session, who chat.Participant, c chat.Command) []chat.Event {
	t.Helper()
	events, _, refusal := chat.Rules{}.Decide(s, who, c, start)
	if refusal != nil {
		t.Fatalf("%T: %v", c, refusal)
	}
	return events
}

func TestEachSideHasItsOwnCommands(t *testing.T) {
	page := chat.Page{URL: "https://shop.example/"}
	for _, c := range []struct {
		command        chat.Command
		visitor, agent bool
	}{
		{text("x"), true, true},
		{chat.Compose{}, true, true},
		{chat.MarkRead{}, true, true},
		{chat.MarkDelivered{}, true, true},
		{chat.VisitPage{Page: page}, true, false},
		{chat.FireTrigger{Name: "help"}, true, false},
		{chat.SetUser{}, true, false},
		{chat.SetSegments{}, true, false},
		{chat.SetData{}, true, false},
		{chat.PushEvent{Event: chat.PageEvent{Name: "x"}}, true, false},
		{chat.SetConsent{Tracking: true}, true, false},
		{chat.PostNote{Text: "x"}, false, true},
		{chat.Assign{}, false, true},
		{chat.SetState{}, false, true},
		{chat.SetBlocked{}, false, true},
		{chat.Erase{}, false, true},
	} {
		rules := chat.Rules{Triggers: []chat.Trigger{{Name: "help", Message: "x"}}}
		_, erases := c.command.(chat.Erase)
		for who, want := range map[chat.Role]bool{
			chat.RoleVisitor: c.visitor, chat.RoleAgent: c.agent, chat.RoleSystem: erases, chat.RoleOperator: erases,
		} {
			_, _, refusal := rules.Decide(newSession(), chat.Participant{Role: who}, c.command, start)
			if allowed := refusal == nil; allowed != want || (!want && refusal.Code != chat.CodeForbidden) {
				t.Errorf("%T of the %s: %v", c.command, who, refusal)
			}
		}
	}
}

func TestWhatIsTooMuchIsRefused(t *testing.T) {
	long := func(n int) *string { s := strings.Repeat("x", n); return &s }
	many := make([]string, chat.MaxSegments+1)
	data := make(map[string]any)
	for i := range many {
		many[i] = strings.Repeat("s", i+1)
		data[many[i]] = true
	}
	file := func(change func(*chat.Attachment)) chat.PostMessage {
		a := chat.Attachment{URL: "https://f.example/a", Type: "image/png"}
		change(&a)
		return chat.PostMessage{Content: chat.Content{Type: chat.TypeFile, Attachment: a}}
	}
	for name, c := range map[string]struct {
		who     chat.Participant
		command chat.Command
		code    chat.Code
	}{
		"no text":               {visitor, text(""), chat.CodeTextEmpty},
		"4000 signs":            {visitor, text(strings.Repeat("é", 4000)), ""},
		"4001 signs":            {visitor, text(strings.Repeat("é", 4001)), chat.CodeTextTooLong},
		"no type":               {visitor, chat.PostMessage{}, chat.CodeInvalid},
		"a file":                {visitor, file(func(*chat.Attachment) {}), ""},
		"a script as a file":    {visitor, file(func(a *chat.Attachment) { a.URL = "javascript:alert(1)" }), chat.CodeInvalid},
		"a file without a host": {visitor, file(func(a *chat.Attachment) { a.URL = "https:///x" }), chat.CodeInvalid},
		"a file of no type":     {visitor, file(func(a *chat.Attachment) { a.Type = "" }), chat.CodeInvalid},
		"a negative duration":   {visitor, file(func(a *chat.Attachment) { a.Duration = -1 }), chat.CodeInvalid},
		"a page without URL":    {visitor, chat.VisitPage{}, chat.CodeInvalid},
		"a long URL":            {visitor, chat.VisitPage{Page: chat.Page{URL: *long(2049)}}, chat.CodeInvalid},
		"a long nickname":       {visitor, chat.SetUser{Nickname: long(257)}, chat.CodeInvalid},
		"a script as avatar":    {visitor, chat.SetUser{Avatar: ptr("javascript:1")}, chat.CodeInvalid},
		"an avatar taken away":  {visitor, chat.SetUser{Avatar: ptr("")}, ""},
		"a nameless company":    {visitor, chat.SetUser{Company: &chat.Company{}}, chat.CodeInvalid},
		"50 segments":           {visitor, chat.SetSegments{Segments: many[1:]}, ""},
		"51 segments":           {visitor, chat.SetSegments{Segments: many}, chat.CodeInvalid},
		"an empty segment":      {visitor, chat.SetSegments{Segments: []string{""}}, chat.CodeInvalid},
		"51 values":             {visitor, chat.SetData{Data: data}, chat.CodeInvalid},
		"a list as a value":     {visitor, chat.SetData{Data: map[string]any{"k": []any{1.0}}}, chat.CodeInvalid},
		"no number as a value":  {visitor, chat.SetData{Data: map[string]any{"k": nan()}}, chat.CodeInvalid},
		"a long value":          {visitor, chat.SetData{Data: map[string]any{"k": *long(1025)}}, chat.CodeInvalid},
		"an unnamed event":      {visitor, chat.PushEvent{}, chat.CodeInvalid},
		"an event's 51 values":  {visitor, chat.PushEvent{Event: chat.PageEvent{Name: "x", Data: data}}, chat.CodeInvalid},
		"a mark ahead":          {agent, chat.MarkRead{Seq: 1}, chat.CodeSeqAhead},
		"received ahead":        {agent, chat.MarkDelivered{Seq: 1}, chat.CodeSeqAhead},
		"an unknown trigger":    {visitor, chat.FireTrigger{Name: "x"}, chat.CodeUnknownTrigger},
		"an empty note":         {agent, chat.PostNote{}, chat.CodeTextEmpty},
	} {
		_, _, refusal := chat.Rules{}.Decide(newSession(), c.who, c.command, start)
		var code chat.Code
		if refusal != nil {
			code = refusal.Code
		}
		if code != c.code {
			t.Errorf("%s: %q, want %q", name, code, c.code)
		}
	}
}

func ptr(s string) *string { return &s }

func nan() float64 { zero := 0.0; return zero / zero }

func TestAPageCannotKeepAgentsFromATemporarySession(t *testing.T) {
	s, rules := newSession(), chat.Rules{}
	for n := range 2 * chat.MaxTemporaryNotes {
		events, _, refusal := rules.Decide(s, visitor, chat.PushEvent{Event: chat.PageEvent{Name: "scroll"}}, start)
		if (refusal != nil) != (n >= chat.MaxTemporaryNotes) {
			t.Fatalf("event %d: %v", n, refusal)
		}
		for _, e := range events {
			s.Apply(e)
		}
	}
	for _, e := range decide(t, s, agent, chat.SetBlocked{Blocked: true}) {
		s.Apply(e)
	}
	if !s.Blocked {
		t.Error("not blocked")
	}
	for n := 0; ; n++ {
		if _, _, refusal := rules.Decide(s, agent, chat.PostNote{Text: "x"}, start); refusal != nil {
			break
		}
		if n > 10*chat.MaxTemporaryNotes {
			t.Fatal("the agents' log of a temporary session has no bound")
		}
		s.Apply(decide(t, s, agent, chat.PostNote{Text: "x"})[0])
	}
}

func TestP9WhatAConnectionBringsIsCutAndKept(t *testing.T) {
	long := strings.Repeat("é", 3000)
	a := chat.Access{Locale: long, Timezone: long, Browser: long, System: long, Page: chat.Page{URL: "https://x.example/", Title: long, Referrer: long}}.Clean()
	for name, c := range map[string]struct {
		got   string
		limit int
	}{
		"locale": {a.Locale, 35}, "time zone": {a.Timezone, 64}, "browser": {a.Browser, 64}, "system": {a.System, 64},
		"title": {a.Page.Title, chat.MaxTitleBytes}, "referrer": {a.Page.Referrer, chat.MaxURLBytes},
	} {
		if len(c.got) > c.limit || len(c.got) < c.limit-1 || !strings.HasPrefix(long, c.got) {
			t.Errorf("%s: %d bytes of %d", name, len(c.got), c.limit)
		}
	}
	if a := (chat.Access{Page: chat.Page{URL: long}}).Clean(); a.Page != (chat.Page{}) {
		t.Error("a page whose URL is too long is no page")
	}

	s := newSession()
	for n := range chat.MaxPages + 5 {
		access := chat.Access{Locale: "fr", Page: chat.Page{URL: strings.Repeat("/", n+1)}}
		s.Apply(chat.Rules{}.Access(s, access, start))
		s.Apply(chat.Rules{}.Access(s, chat.Access{Page: access.Page}, start)) // a second tab on the same page
	}
	if v := s.Visitor; len(v.Pages) != chat.MaxPages || v.Visits != chat.MaxPages+5 || v.Locale != "fr" || len(v.Pages[0].URL) != chat.MaxPages+5 {
		t.Errorf("%d pages of %d visits, locale %q", len(v.Pages), v.Visits, v.Locale)
	}
}
