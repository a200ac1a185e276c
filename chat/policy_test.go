package chat_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/parlor-chat/parlor/chat"
)

func TestP1P3P4TheCookiePolicy(t *testing.T) {
	c := chat.DefaultCookie()
	if c.Mode != chat.CookieOnLoad || c.MaxAge != 180*24*time.Hour || c.Domain != "" {
		t.Errorf("the default is %+v", c)
	}
	if got := c.Expires(start); !got.Equal(time.Date(2026, 8, 28, 9, 0, 0, 0, time.UTC)) {
		t.Errorf("a cookie renewed on 1 March ends %v", got)
	}
	id, err := chat.ParseWebsiteID("8c1f7f0e-3b0a-4f43-9d6e-0d2f6a1b2c3d")
	if err != nil {
		t.Fatal(err)
	}
	if got := chat.CookieName(chat.DefaultCookiePrefix, id); got != "parlor-client/session/8c1f7f0e-3b0a-4f43-9d6e-0d2f6a1b2c3d" {
		t.Errorf("name %q", got)
	}
	for _, c := range []struct {
		cookie   chat.Cookie
		problems int
	}{
		{chat.DefaultCookie(), 0},
		{chat.Cookie{Mode: chat.CookieOnOpen, MaxAge: chat.MinCookieAge}, 0},
		{chat.Cookie{Mode: chat.CookieOnConsent, MaxAge: chat.MaxCookieAge, Domain: "example.com"}, 0},
		{chat.Cookie{Mode: "always", MaxAge: time.Hour}, 1},
		{chat.Cookie{MaxAge: time.Hour}, 1},
		{chat.Cookie{Mode: chat.CookieOnLoad, MaxAge: chat.MinCookieAge - 1}, 1},
		{chat.Cookie{Mode: chat.CookieOnLoad, MaxAge: chat.MaxCookieAge + 1}, 1},
		{chat.Cookie{Mode: chat.CookieOnLoad, MaxAge: time.Hour, Domain: "com"}, 1},
		{chat.Cookie{Mode: chat.CookieOnLoad, MaxAge: time.Hour, Domain: "https://example.com/"}, 1},
		{chat.Cookie{Mode: chat.CookieOnLoad, MaxAge: time.Hour, Domain: "example.com; Secure"}, 1},
		{chat.Cookie{Mode: "always", Domain: "x"}, 3},
	} {
		if got := c.cookie.Validate(); len(got) != c.problems {
			t.Errorf("%+v: %v, want %d problems", c.cookie, got, c.problems)
		}
	}
}

func TestP6P7P8HowLongASessionLives(t *testing.T) {
	l := chat.DefaultLifetime()
	for _, c := range []struct {
		permanent bool
		idle      time.Duration
		fate      chat.Fate
	}{
		{false, 0, chat.Stay},
		{false, 30*time.Minute - 1, chat.Stay},
		{false, 30 * time.Minute, chat.Expire},
		{false, 365 * 24 * time.Hour, chat.Expire},
		{false, -time.Hour, chat.Stay}, // a clock that was set back
		{true, time.Minute - 1, chat.Stay},
		{true, time.Minute, chat.Passivate},
		{true, 10 * 365 * 24 * time.Hour, chat.Passivate},
	} {
		if got := l.Fate(c.permanent, start, start.Add(c.idle)); got != c.fate {
			t.Errorf("permanent %v, idle %v: fate %d, want %d", c.permanent, c.idle, got, c.fate)
		}
	}
	if l.After(false) != 30*time.Minute {
		t.Errorf("temporary sessions live %v", l.After(false))
	}
}

func TestP8OnlyAPersonsMessageStartsAConversation(t *testing.T) {
	rules := chat.Rules{Triggers: []chat.Trigger{{Name: "help", Message: "Need a hand?"}}}
	for _, c := range []struct {
		who     chat.Participant
		command chat.Command
		started bool
	}{
		{visitor, text("hello"), true},
		{agent, text("hello"), true},
		{visitor, chat.FireTrigger{Name: "help"}, false},
		{agent, chat.PostNote{Text: "looks lost"}, false},
		{agent, chat.Assign{Agent: agent.Agent}, false},
		{agent, chat.SetState{State: chat.StateResolved}, false},
		{visitor, chat.PushEvent{Event: chat.PageEvent{Name: "cart"}}, false},
		{visitor, chat.SetUser{Nickname: ptr("Marie")}, false},
	} {
		s := newSession()
		events, _, refusal := rules.Decide(s, c.who, c.command, start)
		if refusal != nil {
			t.Fatalf("%T: %v", c.command, refusal)
		}
		for _, e := range events {
			s.Apply(e)
		}
		if s.Started != c.started {
			t.Errorf("%T of the %s: started %v", c.command, c.who.Role, s.Started)
		}
	}
}

func TestP10HowLongAnAddressIsKept(t *testing.T) {
	const year = 365 * 24 * time.Hour
	for _, c := range []struct {
		term      time.Duration
		permanent bool
		since     time.Duration
		keeps     bool
	}{
		{0, true, 100 * year, true},
		{0, false, 0, false},
		{year, true, year - 1, true},
		{year, true, year, false},
		{year, false, 0, false},
	} {
		if got := (chat.Retention{IP: c.term}).KeepsIP(c.permanent, start, start.Add(c.since)); got != c.keeps {
			t.Errorf("%+v: keeps %v", c, got)
		}
	}
	for term, ok := range map[time.Duration]bool{0: true, year: true, 2 * year: true, year - 1: false, time.Hour: false, -1: false} {
		if got := len((chat.Retention{IP: term}).Validate()) == 0; got != ok {
			t.Errorf("a term of %v: allowed %v", term, got)
		}
	}
}

func TestP11AfterTheWaitTheNextTakeSucceeds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := chat.Limits{PerSecond: rapid.Float64Range(0.001, 1000).Draw(t, "rate"), Burst: rapid.IntRange(1, 50).Draw(t, "burst")}
		var b chat.Bucket
		now, allowed := start, 0
		for range rapid.IntRange(1, 200).Draw(t, "tries") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(2*time.Second)).Draw(t, "pause")))
			next, wait, ok := b.Take(l, now)
			if ok {
				b, allowed = next, allowed+1
				continue
			}
			if next != b || wait <= 0 {
				t.Fatalf("a refusal changed the bucket, or says to wait %v", wait)
			}
			if _, _, early := b.Take(l, now.Add(wait-10*time.Microsecond)); early {
				t.Fatalf("%v is longer than needed", wait)
			}
			now = now.Add(wait)
			if b, _, ok = b.Take(l, now); !ok {
				t.Fatalf("refused again after waiting %v", wait)
			}
			allowed++
		}
		if most := float64(l.Burst) + now.Sub(start).Seconds()*l.PerSecond + 0.001; float64(allowed) > most {
			t.Fatalf("%d were allowed, at most %v should be", allowed, most)
		}
	})
}

func TestP11TheBucket(t *testing.T) {
	l := chat.DefaultLimits()
	var b chat.Bucket
	take := func(at time.Duration) bool {
		next, _, ok := b.Take(l, start.Add(at))
		b = next
		return ok
	}
	for n := range 25 {
		if ok := take(0); ok != (n < 20) {
			t.Fatalf("message %d at once: allowed %v", n, ok)
		}
	}
	if take(199*time.Millisecond) || !take(200*time.Millisecond) || take(201*time.Millisecond) {
		t.Error("five a second is one each 200 ms")
	}
	if !take(time.Hour) {
		t.Error("refused after an hour")
	}
	for n := range 20 {
		if ok := take(time.Hour); ok != (n < 19) {
			t.Fatalf("a long pause allows more than a burst: message %d, %v", n, ok)
		}
	}
	b = b.Return(l)
	if !take(time.Hour) || take(time.Hour) {
		t.Error("what was taken back is there again, once")
	}
	if _, _, ok := b.Take(chat.Limits{}, start); !ok {
		t.Error("no rate is no limit")
	}
	if take(-time.Hour) {
		t.Error("a clock that was set back fills the bucket")
	}
}

func TestP12Triggers(t *testing.T) {
	second, negative := time.Second, -time.Second
	for name, c := range map[string]struct {
		trigger  chat.Trigger
		problems int
	}{
		"by name":           {chat.Trigger{Name: "help", Message: "x"}, 0},
		"by time":           {chat.Trigger{Name: "help", Message: "x", After: &second, URLPrefix: "/shop"}, 0},
		"no name":           {chat.Trigger{Message: "x"}, 1},
		"a long name":       {chat.Trigger{Name: strings.Repeat("x", 257), Message: "x"}, 1},
		"no message":        {chat.Trigger{Name: "help"}, 1},
		"a long message":    {chat.Trigger{Name: "help", Message: strings.Repeat("x", 4001)}, 1},
		"before the page":   {chat.Trigger{Name: "help", Message: "x", After: &negative}, 1},
		"a URL, not a path": {chat.Trigger{Name: "help", Message: "x", URLPrefix: "https://shop.example/"}, 1},
		"nothing right":     {chat.Trigger{After: &negative, URLPrefix: "x"}, 4},
	} {
		if got := c.trigger.Validate(); len(got) != c.problems {
			t.Errorf("%s: %v, want %d problems", name, got, c.problems)
		}
	}
	rules := chat.Rules{Triggers: []chat.Trigger{{Name: "help", Message: "Need a hand?"}}}
	s := newSession()
	for n := range 3 {
		events, _, refusal := rules.Decide(s, visitor, chat.FireTrigger{Name: "help", ID: chat.MessageID{9}}, start)
		if refusal != nil || (len(events) > 0) != (n == 0) {
			t.Fatalf("time %d: %d events, %v", n, len(events), refusal)
		}
		for _, e := range events {
			s.Apply(e)
		}
	}
	if s.Seq != 1 || s.Preview != "Need a hand?" || s.LastFrom != chat.RoleSystem || s.Unread.Visitor != 1 {
		t.Errorf("after one trigger: %d messages, last %q, %d unread", s.Seq, s.Preview, s.Unread.Visitor)
	}
}

// TestP13Consent: who may tell what, in each order of what a visitor says about tracking.
func TestP13Consent(t *testing.T) {
	yes, no := chat.SetConsent{Tracking: true}, chat.SetConsent{}
	tracking := map[string]chat.Command{
		"segments": chat.SetSegments{Segments: []string{"vip"}}, "data": chat.SetData{Data: map[string]any{"plan": "pro"}},
		"event": chat.PushEvent{Event: chat.PageEvent{Name: "checkout"}},
	}
	for _, c := range []struct {
		required bool
		said     []chat.Command
		may      bool
	}{
		{false, nil, true},
		{true, nil, false},
		{false, []chat.Command{yes}, true},
		{true, []chat.Command{yes}, true},
		{false, []chat.Command{no}, false},
		{true, []chat.Command{no}, false},
		{true, []chat.Command{yes, no}, false},
		{false, []chat.Command{yes, no, yes}, true},
		{true, []chat.Command{yes, yes, no, no, yes, yes}, true},
	} {
		rules, s, now := chat.Rules{RequireConsent: c.required}, newSession(), start
		say := func(command chat.Command) *chat.Error {
			now = now.Add(10 * time.Second)
			events, _, refusal := rules.Decide(s, visitor, command, now)
			for _, e := range events {
				s.Apply(e)
			}
			return refusal
		}
		for _, command := range c.said {
			if refusal := say(command); refusal != nil {
				t.Fatalf("%+v: %T: %v", c, command, refusal)
			}
		}
		for name, command := range tracking {
			refusal := say(command)
			if (refusal == nil) != c.may || (refusal != nil && refusal.Code != chat.CodeConsentRequired) {
				t.Errorf("%+v: %s: %v", c, name, refusal)
			}
		}
		for _, command := range []chat.Command{text("hello"), chat.SetUser{Nickname: ptr("Marie")}, chat.VisitPage{Page: chat.Page{URL: "/"}}} {
			if refusal := say(command); refusal != nil {
				t.Errorf("%+v: %T needs no consent: %v", c, command, refusal)
			}
		}
	}
}

// TestP13AWithdrawalRemoves what was told, once, and nothing else; saying the same again changes nothing.
func TestP13AWithdrawalRemoves(t *testing.T) {
	s := newSession()
	apply := func(who chat.Participant, c chat.Command) []chat.Event {
		events := decide(t, s, who, c)
		for _, e := range events {
			s.Apply(e)
		}
		return events
	}
	apply(visitor, chat.SetUser{Nickname: ptr("Marie")})
	apply(visitor, chat.SetSegments{Segments: []string{"vip"}})
	apply(visitor, chat.SetData{Data: map[string]any{"plan": "pro"}})
	apply(visitor, chat.PushEvent{Event: chat.PageEvent{Name: "checkout"}})
	apply(agent, chat.PostNote{Text: "a customer"})
	events := apply(visitor, chat.SetConsent{})
	if len(events) != 2 || events[1] != (chat.PageEventsRemoved{After: 0, To: 2}) {
		t.Errorf("withdrawn: %v", events)
	}
	v := &s.Visitor
	if len(v.Segments)+len(v.Data) > 0 || v.Who().Nickname != "Marie" || *v.Consent != (chat.Consent{At: start, Removed: 2}) {
		t.Errorf("left: %d segments, %d values, user %q, consent %+v", len(v.Segments), len(v.Data), v.Who().Nickname, v.Consent)
	}
	if events := apply(visitor, chat.SetConsent{}); len(events) > 0 {
		t.Errorf("withdrawn again: %v", events)
	}
	for since, code := range map[time.Duration]chat.Code{-time.Hour: "", 0: chat.CodeRateLimited, 9 * time.Second: chat.CodeRateLimited, 10 * time.Second: ""} {
		_, _, refusal := chat.Rules{}.Decide(s, visitor, chat.SetConsent{Tracking: true}, start.Add(since))
		if (refusal == nil) != (code == "") || (refusal != nil && (refusal.Code != code || refusal.Retry != 10*time.Second-since)) {
			t.Errorf("granted %v after the withdrawal: %v", since, refusal)
		}
	}
	events, _, _ = chat.Rules{}.Decide(s, visitor, chat.SetConsent{Tracking: true}, start.Add(time.Minute))
	s.Apply(events[0])
	if v.Consent.Removed != 2 {
		t.Error("granted: it is forgotten what was removed")
	}
	apply(visitor, chat.PushEvent{Event: chat.PageEvent{Name: "again"}})
	if events := apply(visitor, chat.SetConsent{}); len(events) != 2 || events[1] != (chat.PageEventsRemoved{After: 2, To: 3}) {
		t.Errorf("withdrawn the second time: %v", events)
	}
}
