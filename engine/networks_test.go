package engine_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/networks"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

// visitFrom opens a page from an address: a new session without a token.
func (w *world) visitFrom(ip, token string) (*testclient.Visitor, error) {
	w.t.Helper()
	return w.from(ip).Visit(w.t.Context(), w.website.ID.String(), testclient.Hello{"token": token}, testclient.Header{Origin: "http://www.site.test"})
}

func TestP11MessagesOfAnAddressAreHeldTogether(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for _, c := range []struct {
			name, first, second string
			together            bool
		}{
			{"one IPv4 address", "203.0.113.7", "203.0.113.7", true},
			{"one /64", "2001:db8:1:1::1", "2001:db8:1:1:ffff::2", true},
			{"two addresses of a /24", "198.51.100.7", "198.51.100.8", false},
			{"two /64", "2001:db8:2:1::1", "2001:db8:2:2::1", false},
			{"loopback", "127.0.0.1", "127.0.0.1", false},
		} {
			a, err := w.visitFrom(c.first, "")
			w.must(err)
			b, err := w.visitFrom(c.second, "")
			w.must(err)
			for range 10 {
				w.say(a, "spam")
			}
			_, err = b.Say("me too")
			if code := testclient.CodeOf(err); (code == "rate_limited") != c.together {
				t.Errorf("%s: the other session got %v", c.name, err)
			}
			var refusal *testclient.Refusal
			if errors.As(err, &refusal) {
				if refusal.Frame.RetryMillis <= 0 || refusal.Frame.RetryMillis > 1000 {
					t.Errorf("%s: retry after %d ms", c.name, refusal.Frame.RetryMillis)
				}
				time.Sleep(time.Duration(refusal.Frame.RetryMillis) * time.Millisecond)
				w.say(b, "me too")
			}
			a.Close()
			b.Close()
		}
		figure.Note(t, "P11", "messages of several sessions of one address or /64 share one limit; refused with when to repeat, and then taken")
	}, func(c *engineConfig) {
		c.Limits.AddressMessagesPerSecond, c.Limits.AddressMessagesBurst = 1, 10
	})
}

func TestP11NewSessionsOfAnAddressAreHeldTogether(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		var all []*testclient.Visitor
		enter := func(ip, token string) error {
			v, err := w.visitFrom(ip, token)
			if err == nil {
				all = append(all, v)
			}
			return err
		}
		for i := range 3 {
			w.must(enter(fmt.Sprintf("2001:db8:1:1::%d", i+1), ""))
		}
		if err := enter("2001:db8:1:1::9", ""); err == nil || !strings.Contains(err.Error(), "close code 1013") {
			t.Fatalf("the fourth new session of a /64: %v, want to be told to come back", err)
		}
		w.must(enter("2001:db8:1:2::1", ""))                                       // others may
		w.must(enter("2001:db8:1:1::9", all[0].Welcome.Token))                     // so may one who has a session
		if f := w.ask(all[0].Client, map[string]any{"t": "ping"}); f.T != "pong" { // and those who are in stay
			t.Errorf("ping got %s", f.Raw)
		}
		if err := enter("2001:db8:1:1::9", "session_6ba7b810-9dad-41d1-80b4-00c04fd430c8."+strings.Repeat("A", 43)); err == nil {
			t.Error("with a made-up cookie the limit does not hold")
		}
		identified := func(id string) error {
			v, err := w.from("2001:db8:1:1::9").Visit(t.Context(), w.website.ID.String(), testclient.Hello{"token_id": id}, testclient.Header{})
			if err == nil {
				all = append(all, v)
			}
			return err
		}
		if identified("somebody") == nil {
			t.Error("with a made-up token_id the limit does not hold")
		}
		time.Sleep(time.Minute)
		w.must(identified("somebody"))
		for range 5 {
			w.must(identified("somebody")) // the session is there already
		}
		for _, v := range all {
			v.Close()
		}
		figure.Note(t, "P11", "new sessions of one /64 share one limit; whoever has a session comes in all the same")
	}, func(c *engineConfig) {
		c.Limits.AddressSessionsPerMinute, c.Limits.AddressSessionsBurst = 3, 3
	})
}

// block lets an agent block a visitor, or unblock.
func (w *world) block(a *testclient.Agent, v *testclient.Visitor, blocked bool) {
	w.t.Helper()
	f := w.ask(a.Client, map[string]any{"t": "block", "website": w.website.ID.String(), "session": v.Welcome.Session, "blocked": blocked})
	if f.T != "ack" {
		w.t.Fatalf("block was answered with %s", f.Raw)
	}
	synctest.Wait()
}

// spams lets new visitors of an address write, and an agent block them.
func (w *world) spams(a *testclient.Agent, ip string, n int) (all []*testclient.Visitor) {
	w.t.Helper()
	for range n {
		v, err := w.visitFrom(ip, "")
		w.must(err)
		w.say(v, "buy this")
		w.block(a, v, true)
		v.Close()
		all = append(all, v)
	}
	return all
}

// wantRefused checks what becomes of a new visitor's first message.
func (w *world) wantRefused(ip string, refused bool) {
	w.t.Helper()
	v, err := w.visitFrom(ip, "")
	w.must(err)
	defer v.Close()
	_, err = v.Say("hello")
	switch {
	case refused && testclient.CodeOf(err) != "blocked":
		w.t.Errorf("a message from %s got %v, want blocked", ip, err)
	case !refused && err != nil:
		w.t.Errorf("a message from %s got %v", ip, err)
	}
}

func TestP11ANetworkWithBlockedConversationsIsRefused(t *testing.T) {
	const spammer, neighbor, pool = "203.0.113.7", "203.0.113.8", "2001:db8:1:1::"
	inWorld(t, func(t *testing.T, w *world) {
		a := w.agent()
		before, err := w.visitFrom(spammer, "")
		w.must(err)
		w.say(before, "I was here before")
		spam := w.spams(a, spammer, 3)
		w.wantRefused(spammer, true)
		w.wantRefused(neighbor, false)
		if _, err := before.Say("and now?"); testclient.CodeOf(err) != "blocked" {
			t.Errorf("who was connected before got %v", err)
		}
		looking := w.agent()
		w.open(looking, before.Welcome.Session)
		w.must(before.Send(`{"t":"typing","on":true,"text":"buy"}`))
		w.must(before.Send(`{"t":"page","url":"http://www.site.test/next"}`))
		if f := w.expect(looking.Client, "visitor"); strings.Contains(string(f.Raw), "buy") {
			t.Error("what is typed is shown")
		}
		for _, f := range looking.Pending() {
			if f.T == "typing" {
				t.Error("what is typed is shown")
			}
		}
		looking.Close()
		before.Close()
		a.Close()

		w.restart()
		w.wantRefused(spammer, true)
		a = w.agent()
		w.block(a, spam[0], false) // a mistake: two are left
		w.wantRefused(spammer, false)
		w.spams(a, spammer, 1)
		w.wantRefused(spammer, true)

		standing, err := w.node.Operator().ForgiveNetwork(t.Context(), netip.MustParseAddr(spammer))
		w.must(err)
		if standing.RefusedUntil().IsZero() || standing.Networks[0].Blocked != 3 {
			t.Errorf("forgiven: %+v", standing)
		}
		w.wantRefused(spammer, false)

		for i := range 10 {
			w.spams(a, fmt.Sprint(pool, i+1), 1)
		}
		w.wantRefused(pool+"ffff", true)
		w.wantRefused("2001:db8:1:2::1", false)
		a.Close()
		time.Sleep(7*24*time.Hour + time.Minute)
		w.wantRefused(pool+"ffff", false)
		if log := w.log.String(); strings.Contains(log, spammer) || strings.Contains(log, pool) {
			t.Error("the log names an address")
		}
		figure.Note(t, "P11", "3 blocked conversations of an address, 10 of a /64: refused at once, also across a restart, for 7 days; unblocked or forgiven: taken again")
	})
}

// TestP11TemporaryVisitorsLeaveNoVerdict (P9): what an agent does to a visitor who wrote nothing does not outlive the session.
func TestP11TemporaryVisitorsLeaveNoVerdict(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		a := w.agent()
		defer a.Close()
		for range 12 {
			v, err := w.visitFrom("203.0.113.7", "")
			w.must(err)
			w.block(a, v, true)
			v.Close()
		}
		all, err := w.store.Networks(t.Context())
		w.must(err)
		if len(all) != 0 {
			t.Errorf("%d networks are stored", len(all))
		}
		w.wantRefused("203.0.113.7", false)
		figure.Note(t, "P11 P9", "12 visitors of one address who wrote nothing were blocked: 0 bytes stored, no verdict")
	})
}

// TestP11NoAddressStandsInAVerdict scans what the real store wrote.
func TestP11NoAddressStandsInAVerdict(t *testing.T) {
	dir := t.TempDir()
	store, err := pebblestore.Open(pebblestore.Options{Dir: dir, Logger: slog.New(slog.DiscardHandler)})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	addresses := []netip.Addr{netip.MustParseAddr("203.0.113.77"), netip.MustParseAddr("2001:db8:77ab:19cd::42")}
	v, err := networks.Start(t.Context(), store, [32]byte{1}, networks.DefaultRules(), slog.New(slog.DiscardHandler))
	must(err)
	for _, a := range addresses {
		for i := range 3 {
			v.Blocked(chat.NewSessionID([16]byte{0: 9, 15: byte(i)}), a, true)
		}
		if _, err := v.Check(t.Context(), a); err != nil || !v.Refused(a) {
			t.Fatalf("not refused: %v", err)
		}
	}
	v.Stop()
	must(store.PutWebsite(t.Context(), chat.Website{ID: chat.WebsiteID{1}, Name: "planted"}))
	must(store.Close())
	planted, files := 0, 0
	must(filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files++
		planted += bytes.Count(data, []byte("planted"))
		for _, a := range addresses {
			b := a.AsSlice()
			head := b[:min(len(b), 8)] // of IPv6 the /64 names the household
			for _, needle := range [][]byte{
				[]byte(a.String()), head, []byte(hex.EncodeToString(head)), []byte(base64.StdEncoding.EncodeToString(head)[:len(head)]),
			} {
				if bytes.Contains(data, needle) {
					t.Errorf("%s holds an address as %q", d.Name(), needle)
				}
			}
		}
		return err
	}))
	if planted == 0 {
		t.Error("the scan does not find what was planted")
	}
	if _, err := pebblestore.Verify(t.Context(), pebblestore.Options{Dir: dir}, nil); err != nil {
		t.Errorf("verify: %v", err)
	}
	figure.Note(t, "P11", "addresses of an IPv4 and an IPv6 verdict as text, bytes, hex and base64 in the %d files of the store: 0 found", files)
}
