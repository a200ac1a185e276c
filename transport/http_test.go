package transport

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/parlor-chat/parlor/accounts"
	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/memstore"
	"github.com/parlor-chat/parlor/protocol"
	"github.com/parlor-chat/parlor/transport/socket"
)

type httptestOK struct{}

func (httptestOK) ServeHTTP(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }

// house is a transport on a store in memory.
type house struct {
	t         *testing.T
	store     *eventful
	accounts  *accounts.Accounts
	transport *Transport
	website   chat.Website
}

// eventful is a store that lets something happen just after an agent was read.
type eventful struct {
	persistence.Store
	afterAgent func()
}

func (e *eventful) Agent(ctx context.Context, id chat.AgentID) (chat.Agent, error) {
	a, err := e.Store.Agent(ctx, id)
	if f := e.afterAgent; f != nil {
		e.afterAgent = nil
		f()
	}
	return a, err
}

const secret = "correct horse battery"

func newHouse(t *testing.T, publicURL string) *house {
	t.Helper()
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	h := &house{t: t, store: &eventful{Store: memstore.New()}}
	h.accounts = accounts.New(h.store)
	h.website = chat.Website{ID: chat.WebsiteID{1}, Name: "Shop", Origins: []string{"http://*.example.com"}, Cookie: chat.DefaultCookie()}
	must(t, h.store.PutWebsite(t.Context(), h.website))
	ada := chat.Agent{ID: chat.AgentID{1}, Name: "Ada", Email: "ada@example.com", Websites: []chat.WebsiteID{h.website.ID}}
	must(t, h.accounts.PutAgent(t.Context(), ada))
	must(t, h.accounts.SetPassword(t.Context(), ada.ID, secret))
	system, err := actors.Start(t.Context(), actors.Config{Store: h.store, Lifetime: chat.DefaultLifetime(), Logger: log})
	must(t, err)
	asset := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	h.transport = New(Config{
		System: system, Accounts: h.accounts, PublicURLs: []string{publicURL}, CookiePrefix: chat.DefaultCookiePrefix,
		Visitor: socket.Limits{Subprotocol: protocol.Subprotocol}, Agent: socket.Limits{Subprotocol: protocol.Subprotocol}, Pending: 8,
		Assets: fstest.MapFS{
			"l.js": asset("loader"), "inbox/index.html": asset("inbox"), "inbox/app-1.js": asset("app"),
			"demo/index.html": asset("demo __WEBSITE_ID__"), "demo/demo.css": asset("css"), "secret.txt": asset("secret"),
		},
		DemoWebsite: h.website.ID, Policy: httptestOK{}, Logger: log,
	})
	t.Cleanup(func() {
		must(t, h.transport.Drain(context.Background()))
		must(t, system.Stop(context.Background()))
	})
	return h
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const nodeURL = "http://chat.example.com"

// ask sends one request past the network.
func (h *house) ask(method, path string, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, nodeURL+path, strings.NewReader(body))
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer := httptest.NewRecorder()
	h.transport.Handler().ServeHTTP(answer, r)
	return answer
}

func TestCase17PagesSayWhatBrowsersMayDoWithThem(t *testing.T) {
	h := newHouse(t, nodeURL)
	for _, path := range []string{"/inbox/", "/inbox/some/conversation", "/demo", "/demo/cart"} {
		answer := h.ask("GET", path, "")
		header := answer.Header()
		csp := header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(csp, want) {
				t.Errorf("%s: the policy lacks %s", path, want)
			}
		}
		if strings.Contains(csp, "unsafe") || header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Referrer-Policy") != "same-origin" ||
			header.Get("Cross-Origin-Opener-Policy") != "same-origin" || header.Get("Content-Type") != "text/html; charset=utf-8" || answer.Code != 200 {
			t.Errorf("%s: status %d, headers %v", path, answer.Code, header)
		}
	}
	if got := h.ask("GET", "/demo", "").Body.String(); got != "demo "+h.website.ID.String() {
		t.Errorf("the demo page is %q", got)
	}
	for path, cache := range map[string]string{"/l.js": revalidated, "/inbox/app-1.js": immutable, "/demo/demo.css": "no-cache"} {
		header := h.ask("GET", path, "").Header()
		if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Cache-Control") != cache {
			t.Errorf("%s: headers %v", path, header)
		}
	}
	if header := h.ask("GET", "/l.js", "").Header(); header.Get("Access-Control-Allow-Origin") != "*" || header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("other sites cannot embed the loader: %v", header)
	}
	if header := h.ask("GET", "/agent/me", "").Header(); header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Cache-Control") != "no-store" {
		t.Errorf("JSON: headers %v", header)
	}
}

func TestCase53NothingButAssetsIsServed(t *testing.T) {
	h := newHouse(t, nodeURL)
	for _, path := range []string{
		"/secret.txt", "/inbox/../secret.txt", "/inbox/%2e%2e/secret.txt", "/inbox/..%2fsecret.txt", "/inbox/%2e%2e%2fsecret.txt", "/inbox/..%5csecret.txt",
		"/inbox//secret.txt", "/inbox/./../secret.txt", "/inbox/x/%2e%2e/%2e%2e/secret.txt", "/inbox/%00.js", "/inbox/l.js", "/demo/%2e%2e/secret.txt",
		"/demo/..%2f..%2fsecret.txt", "/demo/%2e%2e%2finbox/app-1.js", "/inbox/..;/secret.txt", "/l.js/", "/policy/", "/.git/config",
	} {
		answer := h.ask("GET", path, "")
		for hops := 0; answer.Code/100 == 3 && hops < 3; hops++ {
			answer = h.ask("GET", answer.Header().Get("Location"), "")
		}
		if answer.Code != http.StatusNotFound || strings.Contains(answer.Body.String(), "secret") || answer.Header().Get("Cache-Control") == immutable {
			t.Errorf("%s: status %d, %q", path, answer.Code, answer.Body)
		}
	}
}

func TestCase16EachRouteHasItsMethods(t *testing.T) {
	h := newHouse(t, nodeURL)
	page := []string{"Origin", "http://www.example.com"}
	for path, allowed := range map[string]string{
		"/": "GET", "/l.js": "GET", "/inbox/": "GET", "/demo": "GET", "/agent/me": "GET", "/visitor": "GET", "/agent": "GET",
		"/policy/" + h.website.ID.String(): "GET", "/agent/login": "POST", "/agent/logout": "POST", "/agent/export": "POST", "/visitor/cookie": "POST DELETE OPTIONS",
	} {
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} {
			got := h.ask(method, path, "", page...).Code == http.StatusMethodNotAllowed
			if want := !strings.Contains(allowed, method); got != want {
				t.Errorf("%s %s: refused %v", method, path, got)
			}
		}
	}
}

// cookie asks for the session cookie as a page does.
func (h *house) cookie(method, origin, query, body string, more ...string) *httptest.ResponseRecorder {
	return h.ask(method, "/visitor/cookie"+query, body, append([]string{"Origin", origin, "Content-Type", "application/json"}, more...)...)
}

func TestP4TheCookiesLifeIsWhatPageAndOwnerSay(t *testing.T) {
	h := newHouse(t, nodeURL)
	const most = int(chat.MaxCookieAge / time.Second)
	for wish, want := range map[string]int{
		"": 15552000, `,"max_age":0`: 15552000, `,"max_age":-5`: 15552000, `,"max_age":86400`: 86400, `,"max_age":1`: 60,
		fmt.Sprintf(`,"max_age":%d`, most): most, fmt.Sprintf(`,"max_age":%d`, most+1): most, `,"max_age":9223372036854775807`: most,
	} {
		answer := h.cookie("POST", "http://www.example.com", "", fmt.Sprintf(`{"website":%q,"token":%q%s}`, h.website.ID, newCredential().token(), wish))
		cookies := answer.Result().Cookies()
		if answer.Code != http.StatusNoContent || len(cookies) != 1 || cookies[0].MaxAge != want {
			t.Errorf("wish %s: status %d, cookies %v, want %d", wish, answer.Code, cookies, want)
		}
	}
}

func TestP5OneCookieIsOneSession(t *testing.T) {
	h := newHouse(t, nodeURL)
	const origin = "http://www.example.com"
	held, given := newCredential().token(), newCredential().token()
	name := cookieName(chat.DefaultCookiePrefix, h.website.ID)
	body := func(token string) string { return fmt.Sprintf(`{"website":%q,"token":%q}`, h.website.ID, token) }
	for what, c := range map[string]struct {
		token, held string
		status      int
		keeps       string
	}{
		"a first one":           {given, "", 204, given},
		"the same one":          {held, held, 204, held},
		"only the browser's":    {"", held, 204, held},
		"another one":           {given, held, 200, ""},
		"neither":               {"", "", 400, ""},
		"what is no credential": {"x", "", 400, ""},
		"a broken cookie":       {given, "x", 204, given},
	} {
		answer := h.cookie("POST", origin, "", body(c.token), "Cookie", name+"="+c.held)
		kept := ""
		for _, set := range answer.Result().Cookies() {
			kept = set.Value
		}
		if answer.Code != c.status || kept != c.keeps || (c.status == 200) != strings.Contains(answer.Body.String(), "adopt") {
			t.Errorf("%s: status %d, %s", what, answer.Code, answer.Body)
		}
	}
	answer := h.cookie("DELETE", origin, "?website="+h.website.ID.String(), "")
	if set := answer.Result().Cookies(); len(set) != 1 || set[0].MaxAge >= 0 || set[0].Value != "" || set[0].Domain != "example.com" {
		t.Errorf("cleared with %v", set)
	}
}

func TestCase14OnlyPagesOfTheSiteTouchItsCookie(t *testing.T) {
	h := newHouse(t, nodeURL)
	body := fmt.Sprintf(`{"website":%q,"token":%q}`, h.website.ID, newCredential().token())
	for _, origin := range []string{"null", "https://www.example.com", "http://evil.example", "http://www.example.com.evil.example"} {
		for _, answer := range []*httptest.ResponseRecorder{
			h.cookie("POST", origin, "", body), h.cookie("DELETE", origin, "?website="+h.website.ID.String(), ""),
		} {
			if answer.Code != http.StatusForbidden || len(answer.Result().Cookies()) != 0 || answer.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s: status %d, headers %v", origin, answer.Code, answer.Header())
			}
		}
	}
	if answer := h.cookie("POST", "http://www.example.com", "", body, "Content-Type", "text/plain"); answer.Code != http.StatusUnsupportedMediaType {
		t.Errorf("as text: status %d", answer.Code)
	}
	big := `{"token":"` + strings.Repeat("x", maxBodyBytes) + `"}`
	if answer := h.cookie("POST", "http://www.example.com", "", big); answer.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge body: status %d", answer.Code)
	}
}

func TestRefusalsHaveOneMappingToHTTP(t *testing.T) {
	for code, status := range map[chat.Code]int{
		chat.CodeUnauthorized: 401, chat.CodeForbidden: 403, chat.CodeBlocked: 403, chat.CodeUnknownSession: 404, chat.CodeUnknownWebsite: 404,
		chat.CodeUnknownAgent: 404, chat.CodeUnknownTrigger: 404, chat.CodeSessionClosed: 410, chat.CodeTooLarge: 422, chat.CodeRateLimited: 429, chat.CodeBusy: 503,
		chat.CodeUnavailable: 503, chat.CodeInternal: 500, chat.CodeInvalid: 400, chat.CodeTextTooLong: 400,
	} {
		answer := httptest.NewRecorder()
		writeError(answer, &chat.Error{Code: code, Message: "words", Retry: 1001 * time.Millisecond})
		if answer.Code != status || answer.Header().Get("Retry-After") != "2" || !bytes.Contains(answer.Body.Bytes(), []byte(`"code":"`+string(code)+`"`)) {
			t.Errorf("%s: status %d, %s", code, answer.Code, answer.Body)
		}
	}
}

// open serves the house over real sockets.
func open(t *testing.T) (*house, testclient.Server) {
	t.Helper()
	server := httptest.NewUnstartedServer(nil)
	url := "http://" + server.Listener.Addr().String()
	h := newHouse(t, url)
	server.Config.Handler = h.transport.Handler()
	server.Start()
	t.Cleanup(server.Close)
	return h, testclient.Server{URL: url, HTTP: server.Client()}
}

func TestCases12And13WhatHappensDuringAHelloCounts(t *testing.T) {
	for name, c := range map[string]struct {
		happens func(h *house, token string) error
		code    int
	}{
		"a logout": {func(h *house, token string) error { return h.accounts.Logout(context.Background(), token) }, 4401},
		"a new password": {func(h *house, _ string) error {
			return h.accounts.SetPassword(context.Background(), chat.AgentID{1}, secret)
		}, 4401},
		"other websites": {func(h *house, _ string) error {
			return h.accounts.PutAgent(context.Background(), chat.Agent{ID: chat.AgentID{1}, Name: "Ada", Email: "ada@example.com"})
		}, 4000},
	} {
		h, s := open(t)
		cookie, err := s.Login(t.Context(), "ada@example.com", secret)
		must(t, err)
		client, _, err := s.Dial(t.Context(), "/agent", testclient.Header{Origin: s.URL, Cookie: cookie})
		must(t, err)
		_, token, _ := strings.Cut(cookie, "=")
		h.store.afterAgent = func() { must(t, c.happens(h, token)) }
		must(t, client.Send(`{"t":"hello"}`))
		if code, err := client.Ended(); err != nil || code != c.code {
			t.Errorf("%s: closed with %d, %v; want %d", name, code, err, c.code)
		}
	}
}

func TestP3TheOwnersDomainIsNotSetWhereTheBrowserWouldRefuseIt(t *testing.T) {
	h := newHouse(t, nodeURL)
	for domain, want := range map[string]bool{"": true, "example.com": true, "shop.example.com": false} {
		h.website.Cookie.Domain = domain
		h.transport.system.WebsiteChanged(h.website)
		r := httptest.NewRequest(http.MethodGet, nodeURL+"/visitor?website="+h.website.ID.String(), nil)
		r.Header.Set("Origin", "http://www.shop.example.com")
		if shaken, ok := h.transport.shakeHands(r); !ok || shaken.byServer != want {
			t.Errorf("owner's domain %q: set by the server %v", domain, ok && shaken.byServer)
		}
	}
}
