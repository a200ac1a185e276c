package engine_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
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
