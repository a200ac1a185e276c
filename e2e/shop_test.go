package e2e

import (
	"strconv"
	"testing"

	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/internal/testprogram"
)

// shop is a node with the website of a furniture shop and two agents, Ada in the browser and Ben, who speaks the protocol.
type shop struct {
	t       *testing.T
	node    *testprogram.Process
	website string
	ada     string
	ben     *testclient.Agent
	open    int
}

// talk is a conversation as the pictures show it: who says what, and what is known of the visitor.
type talk struct {
	name, agent              string
	url, title, locale, zone string
	lines                    []line
	assign                   bool
	state                    string
	more                     []map[string]any
	gone                     bool
}

// line is one thing said, by the visitor or by Ben.
type line struct {
	ben  bool
	text string
}

// User agents of browsers that people have.
const (
	safari  = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15"
	firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0"
	android = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36"
)

func newShop(t *testing.T) *shop {
	t.Helper()
	dir := t.TempDir()
	s := &shop{t: t, node: program.Demo(t, dir, testprogram.FreePort(t))}
	s.website = s.node.Ready.Website
	s.run("", "website", "set", s.website, "--data", dir, "--name", "Oak & Ash", "--greeting", "", "--typing-preview",
		"--origin", "https://www.oakandash.example")
	s.run("a password for pictures", "agent", "add", "ben@oakandash.example", "--data", dir, "--name", "Ben Kowalczyk", "--stdin")
	s.run("", "agent", "set", s.node.Ready.Agent.Email, "--data", dir, "--name", "Ada Osei")
	cookie, err := s.node.Server().Login(t.Context(), "ben@oakandash.example", "a password for pictures")
	must(t, err)
	s.ben, err = s.node.Server().Work(t.Context(), cookie)
	must(t, err)
	inbox, err := s.ben.Ask(map[string]any{"t": "subscribe", "website": s.website, "filter": "all"})
	must(t, err)
	for _, a := range inbox.Agents {
		if a.Name == "Ada Osei" {
			s.ada = a.ID
		}
	}
	return s
}

func (s *shop) run(stdin string, args ...string) {
	s.t.Helper()
	if code, _, log := program.Run(s.t, stdin, args...); code != 0 {
		s.t.Fatal(log)
	}
}

// talks is how many open conversations there are.
func (s *shop) talks() string { return strconv.Itoa(s.open) }

// morning plays the conversations, the busiest last, and returns its visitor.
func (s *shop) morning() *testclient.Visitor {
	s.t.Helper()
	for _, x := range quiet {
		v := s.play(x)
		if x.gone {
			v.Close()
		}
	}
	marie := s.play(busy)
	session := marie.Welcome.Session
	s.tell(map[string]any{"t": "assign", "website": s.website, "session": session, "agent": s.ada})
	s.say(marie, line{true, "Good morning Marie! I am asking the carrier right now, one minute please."})
	s.note(session, "Carrier: lost label, a new one is printed. Arrives tomorrow. Offer the voucher if she asks.")
	s.say(marie, line{true, "They found it: the label was lost, and it arrives tomorrow before noon. I am sorry for the wait."})
	must(s.t, marie.Send(`{"t":"read","seq":4}`))
	return marie
}

func (s *shop) play(x talk) *testclient.Visitor {
	s.t.Helper()
	hello := testclient.Hello{"page": map[string]any{"url": "https://www.oakandash.example" + x.url, "title": x.title}, "locale": x.locale, "timezone": x.zone}
	v, err := s.node.Server().Visit(s.t.Context(), s.website, hello, testclient.Header{Origin: "https://www.oakandash.example", UserAgent: x.agent})
	must(s.t, err)
	if x.name != "" {
		must(s.t, v.Send(map[string]any{"t": "user", "nickname": x.name}))
	}
	for _, frame := range x.more {
		must(s.t, v.Send(frame))
	}
	for _, l := range x.lines {
		s.say(v, l)
	}
	session := v.Welcome.Session
	if x.assign {
		s.tell(map[string]any{"t": "assign", "website": s.website, "session": session, "agent": s.ben.Welcome.Agent.ID})
	}
	if x.state != "" {
		s.tell(map[string]any{"t": "state", "website": s.website, "session": session, "state": x.state})
	}
	if x.state != "resolved" {
		s.open++
	}
	return v
}

func (s *shop) say(v *testclient.Visitor, l line) {
	s.t.Helper()
	var err error
	if l.ben {
		_, err = s.ben.Say(s.website, v.Welcome.Session, l.text)
	} else {
		_, err = v.Say(l.text)
	}
	must(s.t, err)
}

func (s *shop) note(session, text string) {
	s.t.Helper()
	must(s.t, s.ben.Send(map[string]any{"t": "note", "website": s.website, "session": session, "id": testclient.NewID(), "text": text}))
	_, err := s.ben.Expect("ack")
	must(s.t, err)
}

func (s *shop) tell(frame map[string]any) {
	s.t.Helper()
	_, err := s.ben.Ask(frame)
	must(s.t, err)
}

var busy = talk{
	name: "Marie Dupont", agent: safari, url: "/account/orders", title: "Your orders", locale: "fr-FR", zone: "Europe/Paris",
	more: []map[string]any{
		{"t": "page", "url": "https://www.oakandash.example/help/delivery", "title": "Delivery and returns"},
		{"t": "page", "url": "https://www.oakandash.example/account/orders/20417", "title": "Order 20417"},
		{"t": "user", "email": "marie@atelier-dupont.example", "company": map[string]any{"name": "Atelier Dupont", "url": "https://atelier-dupont.example"}},
		{"t": "segments", "segments": []string{"customer", "trade"}},
		{"t": "data", "data": map[string]any{"orders": 7, "newsletter": true}},
		{"t": "event", "name": "tracking opened", "data": map[string]any{"order": 20417}, "color": "green"},
	},
	lines: []line{
		{false, "Hello! My order 20417 was to arrive on Friday, and the tracking page shows nothing."},
		{false, "Two oak shelves, 120 cm"},
	},
}

// quiet are the conversations around it, the oldest first.
var quiet = []talk{
	{name: "Tomás Ó Briain", agent: android, url: "/care", title: "Care", locale: "en-IE", gone: true, lines: []line{
		{false, "Which oil do you recommend for the table?"}, {true, "Hard wax oil, once a year."},
	}, state: "resolved"},
	{name: "Olga Petrova", agent: firefox, url: "/account", title: "Account", locale: "bg-BG", gone: true, assign: true, lines: []line{
		{false, "I need the invoice once more, please."}, {true, "It is in your mailbox now."},
	}},
	{name: "田中 美咲", agent: safari, url: "/shelves", title: "Shelves", locale: "ja-JP", gone: true, lines: []line{
		{false, "配送について質問があります。"}, {true, "Thank you! We are asking our partner in Osaka and will write to you."},
	}, state: "pending"},
	{name: "Jonas Weber", agent: firefox, url: "/returns", title: "Returns", locale: "de-DE", assign: true, lines: []line{
		{false, "Can I return it in the shop?"}, {true, "Of course, any shop takes it back within 100 days."},
	}},
	{name: "نورا الحسيني", agent: android, url: "/ar/tables", title: "طاولات", locale: "ar-EG", lines: []line{
		{false, "مرحبا، هل تشحنون إلى القاهرة؟"},
	}},
	{name: "Aïcha", agent: android, url: "/sale", title: "Sale", locale: "fr-MA", lines: []line{
		{false, "Is the voucher still good?"}, {true, "It is, until the end of the month."}, {false, "Thanks! 🎉"},
	}},
	{agent: safari, url: "/tables/walnut-180", title: "Walnut table, 180 cm", locale: "en-GB", lines: []line{
		{false, "Hi, is the walnut table in stock at 180 cm?"},
	}},
}
