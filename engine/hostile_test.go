package engine_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
)

// dial connects a visitor without saying anything.
func (w *world) dial(h testclient.Header) *testclient.Client {
	w.t.Helper()
	h.Query = "?website=" + w.website.ID.String()
	c, _, err := w.from(visitorIP).Dial(w.t.Context(), "/visitor", h)
	w.must(err)
	return c
}

func (w *world) wantClosed(c *testclient.Client, code int) {
	w.t.Helper()
	if got, err := c.Ended(); err != nil || got != code {
		w.t.Errorf("closed with %d, %v; want %d", got, err, code)
	}
}

func TestAFirstFrameMustBeHelloAndInTime(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		began := time.Now()
		w.wantClosed(w.dial(testclient.Header{}), 4401)
		if waited := time.Since(began); waited < 5*time.Second || waited > 6*time.Second {
			t.Errorf("closed after %v, want 5s", waited)
		}
		for name, c := range map[string]struct {
			frame string
			code  int
		}{
			"another frame":     {`{"t":"ping"}`, 4401},
			"no website":        {`{"t":"hello"}`, 4404},
			"no such website":   {`{"t":"hello","website":"00000000-0000-4000-8000-000000000000"}`, 4404},
			"no JSON":           {`hello`, 4400},
			"an array":          {`[]`, 4400},
			"no type":           {`{}`, 4400},
			"a member twice":    {`{"t":"hello","t":"hello"}`, 4400},
			"a wrong type":      {`{"t":"hello","website":7}`, 4400},
			"a huge number":     {`{"t":"history","limit":1e999}`, 4400},
			"a negative number": {`{"t":"read","seq":-1}`, 4400},
			"a fraction":        {`{"t":"read","seq":1.5}`, 4400},
			"over 2^64":         {`{"t":"read","seq":18446744073709551616}`, 4400},
			"too deep":          {`{"t":"hello","data":` + strings.Repeat(`{"a":`, 100000) + `1` + strings.Repeat(`}`, 100000) + `}`, 1009},
			"a little too deep": {`{"t":"hello","data":` + strings.Repeat(`{"a":`, 20) + `1` + strings.Repeat(`}`, 20) + `}`, 4400},
		} {
			client := w.dial(testclient.Header{})
			_ = client.Send(c.frame) // the server may close while it is being written
			if code, err := client.Ended(); code != c.code {
				t.Errorf("%s: closed with %d, %v; want %d", name, code, err, c.code)
			}
		}
	})
}

func TestWhereASocketMayComeFrom(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.website.Origins = []string{"https://www.example.com", "https://*.shop.example", "http://www.site.test:8080"}
		w.put(w.website)
		query := "?website=" + w.website.ID.String()
		for _, c := range []struct {
			origin, cookie string
			status         int
		}{
			{"https://www.example.com", "", 101},
			{"https://WWW.Example.com", "", 101},
			{"https://www.example.com:443", "", 101},
			{"https://a.shop.example", "", 101},
			{"https://a.b.shop.example", "", 101},
			{"http://www.site.test:8080", "", 101},
			{nodeURL, "", 101},
			{"", "", 101},
			{"https://evil.example", "x=y", 403},
			{"", "x=y", 403},
			{"null", "", 403},
			{"file://", "", 403},
			{"http://www.example.com", "", 403},
			{"https://www.example.com:8443", "", 403},
			{"https://www.example.com.", "", 403},
			{"https://www.example.com.evil.example", "", 403},
			{"https://evilwww.example.com", "", 403},
			{"https://shop.example", "", 403},
			{"https://evilshop.example", "", 403},
			{"https://www.example.com/path", "", 403},
			{"https://user@www.example.com", "", 403},
		} {
			client, response, err := w.from(visitorIP).Dial(t.Context(), "/visitor", testclient.Header{Origin: c.origin, Cookie: c.cookie, Query: query})
			if err == nil {
				client.Close()
			}
			if response == nil || response.StatusCode != c.status {
				t.Errorf("origin %q, cookie %q: %v, want %d", c.origin, c.cookie, err, c.status)
			}
		}
	})
}

func TestAForgedHostIsRefused(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for _, host := range []string{"evil.example", "chat.site.test.evil.example", "chat.site.test:8080"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, nodeURL+"/inbox/", nil)
			w.must(err)
			r.Host = host
			answer, err := w.from(visitorIP).HTTP.Do(r)
			w.must(err)
			w.must(answer.Body.Close())
			if answer.StatusCode != http.StatusMisdirectedRequest {
				t.Errorf("host %q: status %d", host, answer.StatusCode)
			}
		}
	})
}

func TestAMadeUpCookieIsNeverAdopted(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		real := w.visit("")
		defer real.Close()
		w.say(real, "mine")
		secret := strings.Repeat("A", 43)
		for _, token := range []string{
			"session_6ba7b810-9dad-41d1-80b4-00c04fd430c8." + secret,
			real.Welcome.Session + "." + secret,
			real.Welcome.Session, "nonsense", strings.Repeat("x", 5000),
		} {
			v := w.visit(token)
			if v.Welcome.Session == real.Welcome.Session || strings.Contains(token, v.Welcome.Session) || v.Welcome.Token == "" || v.Welcome.Seq != 0 {
				t.Errorf("a made-up cookie gave %s", v.Welcome.Raw)
			}
			v.Close()
		}
	})
}

func TestAVisitorHasNoAgentsRights(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		victim := w.visit("")
		defer victim.Close()
		w.say(victim, "private")
		v := w.visit("")
		frames := []string{"note", "assign", "state", "block", "delete", "subscribe", "inbox", "visitors", "open"}
		for _, name := range frames {
			f := w.ask(v.Client, w.on(victim, name, map[string]any{"id": testclient.NewID(), "text": "x", "state": "resolved", "blocked": true}))
			if f.T != "error" || f.Code != "unknown_frame" {
				t.Errorf("%s was answered with %s", name, f.Raw)
			}
		}
		w.must(v.Send(`{"t":"nonsense"}`)) // the tenth
		w.wantClosed(v.Client, 4400)
		if got := w.history(victim); !slices.Equal(got, []string{"private"}) {
			t.Errorf("the other visitor's log is %q", got)
		}
	})
}

func TestWhatAVisitorSuppliesIsNotBelieved(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		defer v.Close()
		id := testclient.NewID()
		w.must(v.Send(map[string]any{
			"t": "message", "id": id, "type": "text", "content": "hi", "seq": 99, "at": 1, "from": "agent", "session": "session_x",
			"by": map[string]string{"name": "Boss"}, "auto": "welcome",
		}))
		ack := w.expect(v.Client, "ack")
		if ack.Seq != 1 || ack.ID != id || ack.At < time.Now().Add(-time.Minute).UnixMilli() {
			t.Errorf("ack %s", ack.Raw)
		}
		m := w.ask(v.Client, map[string]any{"t": "history"}).Messages[0]
		if m.From != "visitor" || m.Seq != 1 || m.By != nil || m.Auto != "" {
			t.Errorf("stored %+v", m)
		}
	})
}

func TestTooLargeAFrameStoresNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		frame := func(n int) string {
			head := fmt.Sprintf(`{"t":"message","id":"%s","type":"text","content":"`, testclient.NewID())
			return head + strings.Repeat("x", n-len(head)-2) + `"}`
		}
		_ = v.Send(frame(16<<10 + 1)) // the server closes while it is being written
		w.wantClosed(v.Client, 1009)
		back := w.visit(v.Welcome.Token)
		defer back.Close()
		if back.Welcome.Seq != 0 || back.Welcome.Ongoing {
			t.Errorf("something was stored: %s", back.Welcome.Raw)
		}
		w.must(back.Send(frame(16 << 10))) // as large as may be: it is read, and refused for its text
		if f := w.expect(back.Client, "error"); f.Code != "text_too_long" {
			t.Errorf("got %s", f.Raw)
		}
	})
}

func TestTooManyMessagesAreRefusedAndAFloodIsClosed(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		other := w.visit("")
		defer other.Close()
		text := func() map[string]any {
			return map[string]any{"t": "message", "id": testclient.NewID(), "type": "text", "content": "again"}
		}
		for range 60 {
			w.must(v.Send(text()))
		}
		var acks, refused int
		for range 60 {
			f, err := v.Next()
			w.must(err)
			switch {
			case f.T == "ack":
				acks++
			case f.T == "error" && f.Code == "rate_limited" && f.RetryMillis > 0:
				refused++
			default:
				t.Fatalf("got %s", f.Raw)
			}
		}
		if acks != 20 || refused != 40 {
			t.Errorf("%d acks and %d refusals, want 20 and 40", acks, refused)
		}
		time.Sleep(time.Second)
		w.say(v, "five a second are fine")
		w.say(other, "nobody else is affected")
		for range 400 {
			if v.Send(text()) != nil {
				break
			}
		}
		w.wantClosed(v.Client, 4029)
		w.say(other, "still not")
	})
}

func TestTheSameMessageManyTimesIsOneMessage(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first := w.visit("")
		id := testclient.NewID()
		tabs := []*testclient.Visitor{first}
		for range 9 {
			tabs = append(tabs, w.visit(first.Welcome.Token))
		}
		var wait sync.WaitGroup
		var mu sync.Mutex
		acks := make(map[uint64]int)
		for _, v := range tabs {
			wait.Go(func() {
				for range 100 {
					f, err := v.SayAs(id, "once")
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					acks[f.Seq]++
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		if len(acks) != 1 || acks[1] != 1000 {
			t.Errorf("acks by number: %v, want 1000 of number 1", acks)
		}
		if got := w.history(first); !slices.Equal(got, []string{"once"}) {
			t.Errorf("history %q", got)
		}
		if _, err := first.SayAs(id, "something else"); testclient.CodeOf(err) != "cmid_conflict" {
			t.Errorf("another body: %v", err)
		}
		for _, v := range tabs {
			v.Close()
		}
		w.restart()
		back := w.visit(first.Welcome.Token)
		defer back.Close()
		if f, err := back.SayAs(id, "once"); err != nil || f.Seq != 1 {
			t.Errorf("after a restart: %+v, %v", f, err)
		}
		figure.Note(t, "G3", "one message sent 1,000 times through ten connections and once after a restart: 1 message, 1,001 equal acks; another body refused")
	}, func(c *engineConfig) { c.Limits.MessagesPerSecond, c.Limits.AddressMessagesPerSecond = 0, 0 })
}

func TestResumeFromNowhereIsAReset(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		w.say(v, "one")
		w.say(v, "two")
		epoch := v.Welcome.Epoch
		v.Close()
		for name, c := range map[string]struct {
			resume map[string]any
			kind   string
			sees   []string
		}{
			"in the future":  {map[string]any{"epoch": epoch, "seq": 3}, "reset", []string{"one", "two"}},
			"negative":       {map[string]any{"epoch": epoch, "seq": -1}, "reset", []string{"one", "two"}},
			"another epoch":  {map[string]any{"epoch": "0000000000000000", "seq": 1}, "reset", []string{"one", "two"}},
			"no epoch":       {map[string]any{"seq": 1}, "reset", []string{"one", "two"}},
			"the gap":        {map[string]any{"epoch": epoch, "seq": 1}, "ok", []string{"two"}},
			"from the start": {map[string]any{"epoch": epoch, "seq": 0}, "ok", []string{"one", "two"}},
			"nothing missed": {map[string]any{"epoch": epoch, "seq": 2}, "ok", nil},
		} {
			var sees []string
			again := w.visitWith(testclient.Hello{"token": v.Welcome.Token, "resume": c.resume})
			for len(sees) < len(c.sees) {
				f, err := again.Next()
				w.must(err)
				for _, m := range append(f.Messages, f) {
					if m.T == "message" {
						sees = append(sees, m.TextOf())
					}
				}
			}
			if again.Welcome.Resume != c.kind || !slices.Equal(sees, c.sees) {
				t.Errorf("%s: %s with %q, want %s with %q", name, again.Welcome.Resume, sees, c.kind, c.sees)
			}
			again.Close()
		}
		figure.Note(t, "G5", "a place that is in the future, negative or of another log: a reset and the whole snapshot, each time")
	})
}

func TestWebsitesCannotSeeEachOther(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		defer v.Close()
		w.say(v, "for the shop's agents")
		foreign := w.put(chat.Website{Name: "Other", Cookie: chat.DefaultCookie()})
		agent, err := w.node.Operator().PutAgent(t.Context(), chat.Agent{Name: "Eve", Email: "eve@example.com", Websites: []chat.WebsiteID{foreign.ID}})
		w.must(err)
		w.must(w.node.Operator().SetPassword(t.Context(), agent.ID, password))
		w.email = "eve@example.com"
		eve := w.agent()
		defer eve.Close()
		if strings.Contains(string(eve.Welcome.Raw), w.website.ID.String()) {
			t.Error("the welcome names a website that the agent was not given")
		}
		more := map[string]any{"id": testclient.NewID(), "type": "text", "content": "x", "text": "x", "on": true, "seq": 1, "state": "resolved", "blocked": true}
		names := []string{
			"subscribe", "inbox", "unsubscribe", "visitors", "open", "close", "message", "note", "typing", "read", "delivered", "assign", "state",
			"block", "delete", "history",
		}
		for _, name := range names {
			if f := w.ask(eve.Client, w.on(v, name, more)); f.T != "error" || f.Code != "unknown_website" {
				t.Errorf("%s at a foreign website: %s", name, f.Raw)
			}
			own := w.on(v, name, more)
			own["website"] = foreign.ID.String()
			f := w.ask(eve.Client, own) // its own website, a foreign session
			switch name {
			case "subscribe", "inbox", "unsubscribe", "visitors", "close":
			case "history":
				if len(f.Messages) > 0 {
					t.Errorf("history of a foreign session: %s", f.Raw)
				}
			default:
				if f.T != "error" || f.Code != "unknown_session" {
					t.Errorf("%s of a foreign session: %s", name, f.Raw)
				}
			}
		}
		if got := w.history(v); !slices.Equal(got, []string{"for the shop's agents"}) {
			t.Errorf("the log is %q", got)
		}
		figure.Note(t, "G22", "%d commands of an agent, each at a foreign website and at a foreign session: nothing learned, nothing changed", len(names))
	})
}
