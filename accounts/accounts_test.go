package accounts

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/memstore"
)

const password = "correct horse battery"

var (
	office = netip.MustParseAddr("198.51.100.9")
	ada    = chat.Agent{ID: chat.AgentID{1}, Name: "Ada", Email: "ada@example.com"}
)

// desk is a directory with one agent who has a password, and the accounts that live in it.
func desk(t *testing.T, directory persistence.Directory) *Accounts {
	t.Helper()
	a := New(directory)
	must(t, a.PutAgent(t.Context(), ada))
	must(t, a.SetPassword(t.Context(), ada.ID, password))
	return a
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func code(err error) chat.Code {
	var refusal *chat.Error
	if errors.As(err, &refusal) {
		return refusal.Code
	}
	return ""
}

func TestALoginIsGoodUntilItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := desk(t, memstore.New())
		var ended []string
		a.OnEnd(func(login string) { ended = append(ended, login) })
		token, agent, err := a.Login(t.Context(), "ADA@example.com", password, office)
		must(t, err)
		other, _, err := a.Login(t.Context(), "ada@example.com", password, office)
		must(t, err)
		who, login, err := a.Verify(t.Context(), token)
		if err != nil || who.ID != ada.ID || agent.ID != ada.ID || token == other || strings.Contains(token, login) {
			t.Fatalf("verified as %s, %v", who, err)
		}
		must(t, a.Logout(t.Context(), token))
		must(t, a.Logout(t.Context(), "no token"))
		if _, _, err := a.Verify(t.Context(), token); code(err) != chat.CodeUnauthorized {
			t.Errorf("after the logout: %v", err)
		}
		if len(ended) != 1 || ended[0] != login {
			t.Errorf("the logout told of %q", ended)
		}
		time.Sleep(LoginLife - time.Second)
		if _, _, err := a.Verify(t.Context(), other); err != nil {
			t.Errorf("a second before its end: %v", err)
		}
		time.Sleep(time.Second)
		for range 2 {
			if _, _, err := a.Verify(t.Context(), other); code(err) != chat.CodeUnauthorized {
				t.Errorf("at its end: %v", err)
			}
		}
		for _, forged := range []string{"", "x", strings.Repeat("A", 43), strings.Repeat("A", 44), strings.Repeat("!", 43), strings.Repeat("A", 42) + "B"} {
			if _, _, err := a.Verify(t.Context(), forged); code(err) != chat.CodeUnauthorized {
				t.Errorf("%q: %v", forged, err)
			}
		}
	})
}

func TestANewPasswordEndsAllLogins(t *testing.T) {
	a := desk(t, memstore.New())
	var changed int
	a.OnChange(func(chat.AgentID) { changed++ })
	token, _, err := a.Login(t.Context(), ada.Email, password, office)
	must(t, err)
	must(t, a.SetPassword(t.Context(), ada.ID, "another long password"))
	if _, _, err := a.Verify(t.Context(), token); code(err) != chat.CodeUnauthorized || changed != 1 {
		t.Errorf("the login lives, or %d changes were told: %v", changed, err)
	}
	if _, _, err := a.Login(t.Context(), ada.Email, password, office); code(err) != chat.CodeUnauthorized {
		t.Errorf("the old password: %v", err)
	}
	if err := a.SetPassword(t.Context(), chat.AgentID{9}, password); !errors.Is(err, persistence.ErrNotFound) {
		t.Errorf("a password for nobody: %v", err)
	}
}

// between is a directory that lets something happen just before a login is written.
type between struct {
	persistence.Directory
	happens func()
}

func (b *between) PutLogin(ctx context.Context, hash [32]byte, l persistence.Login) error {
	if b.happens != nil {
		b.happens()
	}
	return b.Directory.PutLogin(ctx, hash, l)
}

func TestALoginThatOverlapsANewPasswordDoesNotOutliveIt(t *testing.T) {
	directory := &between{Directory: memstore.New()}
	a := desk(t, directory)
	directory.happens = func() { must(t, a.SetPassword(t.Context(), ada.ID, "another long password")) }
	token, _, err := a.Login(t.Context(), ada.Email, password, office)
	if code(err) != chat.CodeUnauthorized {
		t.Errorf("the old password gave a login: %v", err)
	}
	if _, _, err := a.Verify(t.Context(), token); code(err) != chat.CodeUnauthorized {
		t.Errorf("and it is good: %v", err)
	}
}

func TestEveryProblemOfAnAgentIsNamed(t *testing.T) {
	a := New(memstore.New())
	for name, c := range map[string]struct {
		agent    chat.Agent
		problems int
	}{
		"good":            {ada, 0},
		"no id":           {chat.Agent{Name: "Ada", Email: "ada@example.com"}, 1},
		"no name":         {chat.Agent{ID: ada.ID, Name: "  ", Email: "ada@example.com"}, 1},
		"a long name":     {chat.Agent{ID: ada.ID, Name: strings.Repeat("x", 257), Email: "ada@example.com"}, 1},
		"no text":         {chat.Agent{ID: ada.ID, Name: "\xff", Email: "ada@example.com"}, 1},
		"no address":      {chat.Agent{ID: ada.ID, Name: "Ada", Email: "ada"}, 1},
		"a named address": {chat.Agent{ID: ada.ID, Name: "Ada", Email: "Ada <ada@example.com>"}, 1},
		"a long address":  {chat.Agent{ID: ada.ID, Name: "Ada", Email: strings.Repeat("a", 60) + "@" + strings.Repeat("b.", 100) + "example"}, 1},
		"nothing":         {chat.Agent{}, 3},
	} {
		err := a.PutAgent(t.Context(), c.agent)
		n := 0
		if err != nil {
			n = strings.Count(err.Error(), "\n") + 1
		}
		if n != c.problems {
			t.Errorf("%s: %v, want %d problems", name, err, c.problems)
		}
	}
	must(t, a.PutAgent(t.Context(), ada))
	if err := a.PutAgent(t.Context(), chat.Agent{ID: chat.AgentID{2}, Name: "Eve", Email: "ADA@example.com"}); !errors.Is(err, persistence.ErrTaken) {
		t.Errorf("a second agent of one address: %v", err)
	}
}

// TestCase48UnknownAgentsCostWhatKnownOnesCost measures by the one thing that takes time: the hash, which waits for a place.
func TestCase48UnknownAgentsCostWhatKnownOnesCost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := desk(t, memstore.New())
		noPassword := chat.Agent{ID: chat.AgentID{3}, Name: "New", Email: "new@example.com"}
		must(t, a.PutAgent(t.Context(), noPassword))
		for range maxHashes {
			must(t, a.hasher.enter(t.Context())) // no place is free
		}
		for _, email := range []string{ada.Email, noPassword.Email, "nobody@example.com"} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			began := time.Now()
			if _, _, err := a.Login(ctx, email, "not this password", office); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Minute {
				t.Errorf("%s: %v after %v: no hash is computed", email, err, time.Since(began))
			}
			cancel()
		}
		for range maxHashes {
			a.hasher.leave()
		}
		for _, email := range []string{ada.Email, noPassword.Email, "nobody@example.com"} {
			_, _, err := a.Login(t.Context(), email, "not this password", office)
			if !errors.Is(err, errWrong) || err.Error() != errWrong.Error() {
				t.Errorf("%s: %v", email, err)
			}
		}
	})
}

func TestCase48AtMostTwoHashesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHasher()
		const waiting = 5
		var inside, most int
		var mu sync.Mutex
		var all sync.WaitGroup
		for range waiting {
			all.Go(func() {
				must(t, h.enter(t.Context()))
				mu.Lock()
				inside++
				most = max(most, inside)
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				inside--
				mu.Unlock()
				h.leave()
			})
		}
		began := time.Now()
		all.Wait()
		if took := time.Since(began); most != 2 || took != 3*time.Second {
			t.Errorf("%d at once, %v for %d", most, took, waiting)
		}
		must(t, h.enter(t.Context()))
		must(t, h.enter(t.Context()))
		cause := errors.New("the client left")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		if _, err := h.hash(ctx, "x"); !errors.Is(err, cause) {
			t.Errorf("hash: %v", err)
		}
		if _, err := h.matches(ctx, "x", ""); !errors.Is(err, cause) {
			t.Errorf("compare: %v", err)
		}
	})
}

func TestCase48GuessesAreThrottledAndForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := newThrottle()
		guess := func(email string, addr netip.Addr) *chat.Error {
			_, err := th.begin(email, addr, time.Now())
			var refusal *chat.Error
			errors.As(err, &refusal)
			return refusal
		}
		for n := range 12 { // one account, from everywhere
			addr := netip.AddrFrom4([4]byte{10, 0, byte(n), 1})
			if refusal := guess("Ada@example.com", addr); (refusal != nil) != (n >= 10) {
				t.Fatalf("guess %d: %v", n, refusal)
			}
		}
		refusal := guess("ada@EXAMPLE.com", office)
		if refusal == nil || refusal.Code != chat.CodeRateLimited || refusal.Retry <= 0 {
			t.Fatalf("the same account in other letters: %v", refusal)
		}
		time.Sleep(refusal.Retry)
		if refusal := guess("ada@example.com", office); refusal != nil {
			t.Errorf("after the wait: %v", refusal)
		}

		lan := netip.MustParseAddr("2001:db8:1:2::1")
		for n := range 50 { // many accounts, from one network
			if refusal := guess(string(rune('a'+n)), lan); refusal != nil {
				t.Fatalf("guess %d: %v", n, refusal)
			}
		}
		if guess("other", netip.MustParseAddr("2001:db8:1:2:ffff::9")) == nil {
			t.Error("another address of the /64 is another network")
		}
		if refusal := guess("other", netip.MustParseAddr("2001:db8:1:3::1")); refusal != nil {
			t.Errorf("another /64: %v", refusal)
		}
	})
}

func TestCase48AForgottenAttemptDoesNotCount(t *testing.T) {
	th, now := newThrottle(), time.Now()
	for range 100 {
		try, err := th.begin(ada.Email, office, now)
		must(t, err)
		try.forget()
	}
	if networkOf(netip.MustParseAddr("::ffff:198.51.100.9")) != networkOf(office) {
		t.Error("a mapped address is another one")
	}
}

func TestTheThrottleHasABound(t *testing.T) {
	th, now := newThrottle(), time.Now()
	for n := range maxThrottled + 1000 {
		_, err := th.begin(string(rune(0x10000+n)), netip.AddrFrom4([4]byte{10, byte(n >> 16), byte(n >> 8), byte(n)}), now)
		must(t, err)
	}
	if len(th.accounts) > maxThrottled || len(th.networks) > maxThrottled {
		t.Errorf("%d accounts and %d networks are remembered", len(th.accounts), len(th.networks))
	}
	_, err := th.begin("late", office, now.Add(time.Hour))
	must(t, err)
	if len(th.accounts) != 1 || len(th.networks) != 1 {
		t.Errorf("after an hour %d accounts and %d networks are remembered", len(th.accounts), len(th.networks))
	}
}
