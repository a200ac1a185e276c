package engine_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/internal/testclient"
)

// post sends a request as a page of an origin would.
func (w *world) post(path, origin, contentType, cookie, body string) *http.Response {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, nodeURL+path, strings.NewReader(body))
	w.must(err)
	for name, value := range map[string]string{"Origin": origin, "Content-Type": contentType, "Cookie": cookie} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	answer, err := w.from("198.51.100.9").HTTP.Do(r)
	w.must(err)
	w.must(answer.Body.Close())
	return answer
}

func TestLoginSetsAHostCookie(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		answer := w.post("/agent/login", nodeURL, "application/json", "__Host-parlor-agent=planted", `{"email":"ADA@example.com","password":"`+password+`"}`)
		if answer.StatusCode != http.StatusOK || len(answer.Cookies()) != 1 {
			t.Fatalf("status %d, %d cookies", answer.StatusCode, len(answer.Cookies()))
		}
		c := answer.Cookies()[0]
		if c.Name != "__Host-parlor-agent" || c.Value == "planted" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Domain != "" || c.Path != "/" {
			t.Errorf("cookie %+v", c)
		}
	})
}

func TestLoginIsRefused(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		for name, c := range map[string]struct {
			origin, contentType, body string
			status                    int
		}{
			"wrong password":      {nodeURL, "application/json", `{"email":"ada@example.com","password":"not this one"}`, 401},
			"unknown address":     {nodeURL, "application/json", `{"email":"nobody@example.com","password":"not this one"}`, 401},
			"another site's page": {"https://evil.example", "application/json", `{"email":"ada@example.com","password":"` + password + `"}`, 403},
			"a form":              {nodeURL, "text/plain", `{"email":"ada@example.com","password":"` + password + `"}`, 415},
			"no JSON":             {nodeURL, "application/json", `{`, 400},
			"a huge body":         {nodeURL, "application/json", `{"email":"` + strings.Repeat("x", 1<<20) + `"}`, 413},
			"a huge password":     {nodeURL, "application/json", `{"email":"ada@example.com","password":"` + strings.Repeat("x", 10000) + `"}`, 400},
			"a NUL":               {nodeURL, "application/json", `{"email":"ada@example.com","password":"a\u0000b"}`, 400},
		} {
			if answer := w.post("/agent/login", c.origin, c.contentType, "", c.body); answer.StatusCode != c.status || len(answer.Cookies()) > 0 {
				t.Errorf("%s: status %d, want %d", name, answer.StatusCode, c.status)
			}
		}
	})
}

func TestGuessingPasswordsIsThrottled(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		guess := func(email string) *http.Response {
			return w.post("/agent/login", nodeURL, "application/json", "", `{"email":"`+email+`","password":"wrong guess"}`)
		}
		for _, email := range []string{agentEmail, "nobody@example.com"} { // known or not makes no difference
			for n := range 11 {
				answer := guess(email)
				want := http.StatusUnauthorized
				if n == 10 {
					want = http.StatusTooManyRequests
				}
				if answer.StatusCode != want {
					t.Errorf("%s, guess %d: status %d, want %d", email, n, answer.StatusCode, want)
				}
				if want == http.StatusTooManyRequests && answer.Header.Get("Retry-After") == "" {
					t.Error("no Retry-After")
				}
			}
		}
		time.Sleep(2 * time.Minute)
		if _, err := w.from("198.51.100.9").Login(t.Context(), agentEmail, password); err != nil {
			t.Errorf("the right password after a wait: %v", err)
		}
	})
}

func TestLogoutAndPasswordChangeEndTheAgentsSockets(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.from("198.51.100.1")
		cookie, err := s.Login(t.Context(), w.email, w.secret)
		w.must(err)
		a, err := s.Work(t.Context(), cookie)
		w.must(err)
		began := time.Now()
		if answer := w.post("/agent/logout", nodeURL, "application/json", cookie, ""); answer.StatusCode != http.StatusNoContent {
			t.Fatalf("logout: status %d", answer.StatusCode)
		}
		w.wantClosed(a.Client, 4401)
		if waited := time.Since(began); waited > time.Second {
			t.Errorf("closed after %v", waited)
		}
		if _, err := s.Work(t.Context(), cookie); err == nil {
			t.Error("the cookie still counts")
		}
		other, err := s.Login(t.Context(), w.email, w.secret)
		w.must(err)
		b, err := s.Work(t.Context(), other)
		w.must(err)
		w.must(w.node.Operator().SetPassword(t.Context(), agentID(t, w), "another long password"))
		w.wantClosed(b.Client, 4000)
		if _, err := s.Work(t.Context(), other); err == nil {
			t.Error("a login outlived the password")
		}
	})
}

func TestAgentsConnectFromTheNodesOwnPagesOnly(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		s := w.from("198.51.100.1")
		cookie, err := s.Login(t.Context(), w.email, w.secret)
		w.must(err)
		for _, origin := range []string{"", "null", "https://evil.example", "http://www.site.test"} {
			_, response, err := s.Dial(t.Context(), "/agent", testclient.Header{Origin: origin, Cookie: cookie})
			if err == nil || response == nil || response.StatusCode != http.StatusForbidden {
				t.Errorf("origin %q: %v", origin, err)
			}
		}
		for _, stale := range []string{"", "__Host-parlor-agent=" + strings.Repeat("A", 43), "__Host-parlor-agent=x"} {
			c, _, err := s.Dial(t.Context(), "/agent", testclient.Header{Origin: nodeURL, Cookie: stale})
			w.must(err)
			w.must(c.Send(`{"t":"hello"}`))
			w.wantClosed(c, 4401)
		}
	})
}
