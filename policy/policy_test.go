package policy

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
)

const day = 24 * time.Hour

func addrPort(ip string) netip.AddrPort { return netip.AddrPortFrom(netip.MustParseAddr(ip), 4711) }

func facts() Facts {
	return Facts{CookiePrefix: chat.DefaultCookiePrefix, Temporary: 30 * time.Minute, ScrubWithin: time.Hour, LoginLife: 30 * day}
}

func shop(change func(*chat.Website)) chat.Website {
	w := chat.Website{ID: chat.WebsiteID{1}, Name: "Shop", Cookie: chat.DefaultCookie()}
	change(&w)
	return w
}

// about finds the item of a promise, or of some data.
func about(t *testing.T, d Document, what string) Item {
	t.Helper()
	for _, i := range d.Items {
		if strings.Contains(i.Promise, what) || strings.Contains(i.What, what) {
			return i
		}
	}
	t.Fatalf("nothing is said of %s", what)
	return Item{}
}

func TestP15TheDocumentFollowsTheConfiguration(t *testing.T) {
	plain := shop(func(*chat.Website) {})
	cases := map[string]struct {
		facts   Facts
		website chat.Website
		what    string
		says    []string
		not     []string
	}{
		"the default cookie": {facts(), plain, "P4",
			[]string{"Cookie parlor-client/session/01000000-", "6 months after the last visit", "renewed at each load", "when a page with the chatbox loads"},
			[]string{"only when"}},
		"a strict cookie": {facts(), shop(func(w *chat.Website) { w.Cookie = chat.Cookie{Mode: chat.CookieOnOpen, MaxAge: 7 * day} }), "P4",
			[]string{"7 days after", "only when the visitor opens the chat"}, []string{"6 months"}},
		"a cookie by consent": {facts(), shop(func(w *chat.Website) { w.Cookie.Mode = chat.CookieOnConsent }), "P4",
			[]string{"only after the page reported the visitor's consent"}, []string{"opens the chat"}},
		"a cookie for one domain": {facts(), shop(func(w *chat.Website) { w.Cookie.Domain = "shop.example.com" }), "P3",
			[]string{"shop.example.com and its subdomains"}, nil},
		"another prefix":                         {Facts{CookiePrefix: "acme/", Temporary: time.Hour}, plain, "P1", []string{"Cookie acme/session/"}, []string{"parlor"}},
		"the default term of temporary sessions": {facts(), plain, "P7", []string{"30 minutes after the last access", "memory only"}, nil},
		"another term":                           {Facts{Temporary: 90 * time.Second}, plain, "P7", []string{"1 minute and 30 seconds after"}, []string{"30 minutes"}},
		"an address for ever":                    {facts(), plain, "P10", []string{"As long as the conversation is kept."}, []string{"year"}},
		"an address for a term": {facts(), shop(func(w *chat.Website) { w.Retain.IP = 400 * day }), "P10",
			[]string{"1 year, 1 month and 5 days after the last access"}, []string{"As long as"}},
		"conversations": {facts(), plain, "P6", []string{"Until an agent of the website deletes it.", "disk"}, nil},
		"typing is read along": {facts(), shop(func(w *chat.Website) { w.TypingPreview = true }), "typed",
			[]string{"while it is typed", "not kept"}, nil},
		"consent": {facts(), shop(func(w *chat.Website) { w.RequireConsent = true }), "P13",
			[]string{"until the page reported the visitor's consent", "Until consent is withdrawn"}, []string{"does not demand"}},
		"no consent": {facts(), plain, "P13", []string{"does not demand consent", "Until consent is withdrawn"}, []string{"until the page"}},
		"blocked networks": {Facts{BlocksWithin: 30 * day, RefusedFor: 7 * day}, plain, "Networks from which",
			[]string{"1 month", "refused for 7 days", "disk", "keyed hashes"}, nil},
		"failed logins": {facts(), plain, "P11", []string{"failed logins", "memory only", "keyed hash"}, nil},
	}
	for name, c := range cases {
		i := about(t, Describe(c.facts, c.website), c.what)
		all := strings.Join([]string{i.What, i.Where, i.HowLong, i.Why}, "\n")
		for _, text := range c.says {
			if !strings.Contains(all, text) {
				t.Errorf("%s: %q is not said in\n%s", name, text, all)
			}
		}
		for _, text := range c.not {
			if strings.Contains(all, text) {
				t.Errorf("%s: %q is said in\n%s", name, text, all)
			}
		}
	}
	figure.Note(t, "P15", "%d configurations: the page says what each keeps, and nothing of what it does not", len(cases))
}

func TestP15NothingIsSaidOfWhatIsSwitchedOff(t *testing.T) {
	for _, i := range Describe(facts(), shop(func(*chat.Website) {})).Items {
		if strings.Contains(i.What, "typed") {
			t.Error("typing is not read along, and the document says so")
		}
		if strings.Contains(i.What, "Networks") {
			t.Error("no network is ever refused, and the document says so")
		}
		if i.What == "" || i.Where == "" || i.HowLong == "" || i.Why == "" {
			t.Errorf("%q says only half: %+v", i.What, i)
		}
	}
}

func TestP14TheRightsNameTheirTerms(t *testing.T) {
	f := facts()
	f.ScrubWithin, f.Temporary = 2*time.Hour, time.Hour
	var all strings.Builder
	if err := Describe(f, shop(func(*chat.Website) {})).WriteText(&all); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(all.String()), " ")
	for _, want := range []string{"off the disk within 2 hours", "off the disk within 2 hours. Of an event", "destroyed 1 hour after the last access", "a login lasts at most 1 month", "What Parlor keeps for Shop"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not said", want)
		}
	}
	for _, line := range strings.Split(all.String(), "\n") {
		if len(line) > textWidth {
			t.Errorf("a line of %d signs: %q", len(line), line)
		}
	}
}

func TestDurationsInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0 seconds", time.Second: "1 second", 90 * time.Minute: "1 hour and 30 minutes", 180 * day: "6 months", 365 * day: "1 year",
		400 * day: "1 year, 1 month and 5 days", 2*time.Hour + 3*time.Second: "2 hours and 3 seconds", 1500 * time.Millisecond: "2 seconds",
	} {
		if got := describe(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

// page asks for the document of a website whose name is what nobody should be called.
func page(t *testing.T, path, accept string) *httptest.ResponseRecorder {
	t.Helper()
	w := shop(func(w *chat.Website) { w.Name = `<script>alert(1)</script>` })
	h := Handler(func(_ context.Context, id chat.WebsiteID) (Document, error) {
		if id != w.ID {
			return Document{}, errors.New("there is none: internal words")
		}
		return Describe(facts(), w), nil
	})
	mux := http.NewServeMux()
	mux.Handle("GET /policy/{website}", h)
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept", accept)
	answer := httptest.NewRecorder()
	mux.ServeHTTP(answer, r)
	return answer
}

func TestP15ThePageShowsTextAsText(t *testing.T) {
	path := "/policy/" + chat.WebsiteID{1}.String()
	html := page(t, path, "text/html,*/*")
	body := html.Body.String()
	if strings.Contains(body, "<script") || strings.Count(body, "&lt;script&gt;alert(1)&lt;/script&gt;") != 2 {
		t.Error("the website's name is not shown as text")
	}
	csp := html.Header().Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "style-src 'sha256-"} {
		if !strings.Contains(csp, want) {
			t.Errorf("the policy %q lacks %s", csp, want)
		}
	}
	if strings.Contains(csp, "unsafe") || html.Header().Get("X-Content-Type-Options") != "nosniff" || html.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("headers %v", html.Header())
	}

	answer := page(t, path, "application/json")
	var d Document
	if err := json.Unmarshal(answer.Body.Bytes(), &d); err != nil || d.Website != "<script>alert(1)</script>" || len(d.Items) < 6 || len(d.Rights) != 5 {
		t.Errorf("as JSON: %v, %+v", err, d)
	}
	if answer.Header().Get("Content-Type") != "application/json" || answer.Header().Get("Vary") != "Accept" {
		t.Errorf("headers %v", answer.Header())
	}

	for _, path := range []string{"/policy/x", "/policy/" + chat.WebsiteID{2}.String()} {
		if answer := page(t, path, ""); answer.Code != http.StatusNotFound || strings.Contains(answer.Body.String(), "internal") {
			t.Errorf("%s: %d %s", path, answer.Code, answer.Body)
		}
	}
}
