package engine_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/bench/client"
	"github.com/parlor-chat/parlor/engine"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
)

// tab is a visitor's connection that reads only when it is told to.
type tab struct {
	t *testing.T
	client.Conn
	welcome testclient.Frame
}

// openTab connects a visitor and says hello.
func openTab(t *testing.T, n *engine.Node, hello testclient.Hello) *tab {
	t.Helper()
	website := n.Demo().Website.String()
	c, err := client.Lean.Dial(t.Context(), "ws"+strings.TrimPrefix(n.URL(), "http")+"/visitor?website="+website, "parlor.v1", http.Header{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	v := &tab{t: t, Conn: c}
	frame := map[string]any{"t": "hello", "website": website}
	for name, value := range hello {
		frame[name] = value
	}
	v.say(frame)
	v.welcome = v.next("welcome")
	return v
}

func (v *tab) say(frame map[string]any) {
	v.t.Helper()
	data, err := json.Marshal(frame)
	if err == nil {
		err = v.Send(data)
	}
	if err != nil {
		v.t.Fatal(err)
	}
}

// next reads up to the next frame of a type.
func (v *tab) next(kind string) (f testclient.Frame) {
	v.t.Helper()
	for f.T != kind {
		data, err := v.Read()
		if err == nil {
			f = testclient.Frame{}
			err = json.Unmarshal(data, &f)
		}
		if err != nil {
			v.t.Fatalf("while waiting for %s: %v", kind, err)
		}
	}
	return f
}

// missed reads the messages behind a number.
func (v *tab) missed(seq uint64, n int) {
	v.t.Helper()
	for want := seq + 1; want <= seq+uint64(n); want++ {
		if f := v.next("message"); f.Seq != want {
			v.t.Fatalf("got %d in place of %d", f.Seq, want)
		}
	}
}

// TestAVisitorWhoVanishesIsNoticed: the network of a visitor is gone without a word. Ping and pong find that out; meanwhile nobody waits for them,
// and on coming back nothing is missing (T7).
func TestAVisitorWhoVanishesIsNoticed(t *testing.T) {
	const ping, pong, messages = time.Second, time.Second, 10
	n, s := realNode(t, t.TempDir(), func(c *engine.Config) { c.Timeouts.Ping, c.Timeouts.Pong = ping, pong })
	v := openTab(t, n, nil)
	v.say(map[string]any{"t": "message", "id": testclient.NewID(), "type": "text", "content": "I am on a train"})
	v.next("ack")
	gone := time.Now() // not a byte comes from it any more, and none is read

	website, session := n.Demo().Website.String(), v.welcome.Session
	cookie, err := s.Login(t.Context(), n.Demo().Email, n.Demo().Password)
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Work(t.Context(), cookie)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if f, err := a.Open(website, session); err != nil || f.Visitor == nil || !f.Visitor.Online {
		t.Fatalf("right after it vanished: %s, %v", f.Raw, err)
	}
	for i := range messages {
		if f, err := a.Say(website, session, fmt.Sprint("tunnel ", i)); err != nil || f.Seq != uint64(i+2) {
			t.Fatalf("while it is gone: %s, %v", f.Raw, err)
		}
	}
	if _, err := a.Await("the visitor offline", func(f testclient.Frame) bool { return f.T == "visitor" && !f.Visitor.Online }); err != nil {
		t.Fatal(err)
	}
	took := time.Since(gone)
	if took < ping/2+pong || took > ping+pong+3*time.Second { // a quarter earlier by the jitter, later by the clock's step and a busy machine
		t.Errorf("noticed after %v, with %v and %v", took, ping, pong)
	}
	back := openTab(t, n, testclient.Hello{"token": v.welcome.Token, "resume": map[string]any{"epoch": v.welcome.Epoch, "seq": 1}})
	if back.welcome.Session != session || back.welcome.Resume != "ok" {
		t.Fatalf("it came back as %+v", back.welcome)
	}
	back.missed(1, messages)
	figure.Note(t, "G5", "a visitor who vanished without a word, with %v of ping and %v of pong: noticed after %v; %d messages meanwhile, all there on coming back",
		ping, pong, took.Round(time.Millisecond), messages)
}

// TestAHundredMissedMessages times a resume from its first byte to the last message that was missed.
func TestAHundredMissedMessages(t *testing.T) {
	const stored, gap, times = 300, 100, 300
	n, _ := realNode(t, t.TempDir(), func(c *engine.Config) { c.Limits.MessagesPerSecond = 0; c.Limits.SocketsPerAddress = 0 })
	v := openTab(t, n, nil)
	for i := range stored {
		v.say(map[string]any{"t": "message", "id": testclient.NewID(), "type": "text", "content": fmt.Sprintf("%03d %s", i, strings.Repeat("x", 200))})
		v.next("ack")
	}
	took := make([]time.Duration, times)
	for i := range took {
		began := time.Now()
		back := openTab(t, n, testclient.Hello{"token": v.welcome.Token, "resume": map[string]any{"epoch": v.welcome.Epoch, "seq": stored - gap}})
		if back.welcome.Resume != "ok" {
			t.Fatalf("resume of %d: %s", gap, back.welcome.Resume)
		}
		back.missed(stored-gap, gap)
		took[i] = time.Since(began)
		_ = back.Close()
	}
	slices.Sort(took)
	p99 := took[times*99/100]
	if p99 > time.Second { // 50 ms where nothing else runs
		t.Errorf("p99 %v", p99)
	}
	figure.Note(t, "G5", "%d messages replayed, %d times, from the dial to the last of them: p50 %v, p99 %v", gap, times,
		took[times/2].Round(10*time.Microsecond), p99.Round(10*time.Microsecond))
}
