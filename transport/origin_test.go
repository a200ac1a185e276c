package transport

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/parlor-chat/parlor/chat"
)

func TestCases3To5WhatIsAnOrigin(t *testing.T) {
	for text, want := range map[string]string{
		"https://www.example.com":        "https://www.example.com",
		"HTTPS://WWW.Example.COM":        "https://www.example.com",
		"https://www.example.com:443":    "https://www.example.com",
		"http://www.example.com:80/":     "http://www.example.com",
		"http://www.example.com:443":     "http://www.example.com:443",
		"https://[2001:DB8::1]:8443":     "https://[2001:db8::1]:8443",
		"http://[::1]":                   "http://[::1]",
		"http://localhost:8080":          "http://localhost:8080",
		"":                               "",
		"null":                           "",
		"file://":                        "",
		"file:///etc/passwd":             "",
		"ws://www.example.com":           "",
		"www.example.com":                "",
		"//www.example.com":              "",
		"https:www.example.com":          "",
		"https://":                       "",
		"https://:443":                   "",
		"https://www.example.com.":       "",
		"https://www.example.com/path":   "",
		"https://www.example.com?x":      "",
		"https://www.example.com#x":      "",
		"https://user@www.example.com":   "",
		"https://www.example.com:x":      "",
		"https://www.example.com, https": "",
		"https://www.exa mple.com":       "",
		"https://www.example.com\n":      "",
	} {
		o, ok := parseOrigin(text)
		if ok != (want != "") || (ok && o.String() != want) {
			t.Errorf("%q: %v, %v", text, o, ok)
		}
	}
}

func TestCases1And5WhichOriginsAWebsiteAllows(t *testing.T) {
	for _, c := range []struct {
		list   string
		origin string
		want   bool
	}{
		{"https://example.com", "https://example.com", true},
		{"https://Example.com:443", "https://example.com", true},
		{"https://example.com", "https://example.com:8443", false},
		{"https://example.com", "http://example.com", false},
		{"https://example.com", "https://www.example.com", false},
		{"https://example.com", "https://example.com.evil.example", false},
		{"https://example.com", "https://notexample.com", false},
		{"https://*.example.com", "https://www.example.com", true},
		{"https://*.example.com", "https://a.b.example.com", true},
		{"https://*.example.com", "https://example.com", false},
		{"https://*.example.com", "https://notexample.com", false},
		{"https://*.example.com", "https://www.example.com:8443", false},
		{"https://*.example.com:8443", "https://www.example.com:8443", true},
		{"https://*example.com", "https://notexample.com", false},
		{"*", "http://anything.example:1", true},
		{"nonsense", "https://example.com", false},
		{"", "https://example.com", false},
	} {
		o, ok := parseOrigin(c.origin)
		if got := ok && allows([]string{c.list}, o); got != c.want {
			t.Errorf("%q allows %s: %v", c.list, c.origin, got)
		}
	}
}

func TestCase6WhichHostsAreThisNodes(t *testing.T) {
	p := newPublic([]string{"https://chat.example.com", "http://localhost:8080", "http://[::1]", "no URL"})
	for host, want := range map[string]bool{
		"chat.example.com": true, "CHAT.example.com": true, "chat.example.com:443": true, "localhost:8080": true, "[::1]": true, "[::1]:80": true,
		"chat.example.com:80": false, "chat.example.com.": false, "localhost": false, "evil.example": false, "": false, "::1": false,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		answer := httptest.NewRecorder()
		p.hosted(httptestOK{}).ServeHTTP(answer, r)
		if got := answer.Code == 200; got != want || (!want && answer.Code != 421) {
			t.Errorf("host %q: status %d", host, answer.Code)
		}
	}
}

func TestP3WhenTheServerSetsTheCookie(t *testing.T) {
	for _, c := range []struct {
		page, host string
		secure     bool
		want       bool
	}{
		{"https://www.example.com", "chat.example.com", true, true},
		{"https://example.com", "CHAT.example.com:8443", true, true},
		{"https://shop.example.co.uk", "chat.example.co.uk", true, true},
		{"http://www.example.com", "chat.example.com", true, false}, // another scheme is another site
		{"https://www.example.com", "chat.example.com", false, false},
		{"https://www.example.com", "chat.example.org", true, false},
		{"https://a.co.uk", "b.co.uk", true, false},
		{"https://a.github.io", "b.github.io", true, false},
		{"https://notexample.com", "example.com", true, false},
		{"http://localhost:3000", "localhost:8080", false, true},
		{"http://127.0.0.1:3000", "127.0.0.1:8080", false, true},
		{"http://127.0.0.2", "127.0.0.1", false, false},
		{"http://[::1]:3000", "[::1]:8080", false, true},
		{"http://[::1]", "[::1]", false, true},
		{"http://[::2]", "[::1]", false, false},
	} {
		page, _ := parseOrigin(c.page)
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = c.host
		if got := sameSite(page, r, c.secure); got != c.want {
			t.Errorf("page %s, node %s: same site %v", c.page, c.host, got)
		}
	}
}

func TestP3ForWhichDomainTheServerSetsTheCookie(t *testing.T) {
	for _, c := range []struct{ page, host, wish, policy, want string }{
		{"https://www.example.com", "chat.example.com", "", "", "example.com"},
		{"https://www.example.com", "chat.example.com:8443", "", "", "example.com"},
		{"https://www.shop.example.co.uk", "chat.example.co.uk", "", "", "example.co.uk"},
		{"https://www.shop.example.com", "chat.shop.example.com", "", "shop.example.com", "shop.example.com"},
		{"https://www.shop.example.com", "chat.shop.example.com", "", ".Shop.Example.com", "shop.example.com"},
		{"https://www.shop.example.com", "chat.shop.example.com", ".SHOP.example.com", "example.com", "shop.example.com"},
		{"https://www.shop.example.com", "chat.example.com", "shop.example.com", "", "example.com"}, // the browser would refuse it from the node
		{"https://www.example.com", "chat.example.com", "com", "", "example.com"},
		{"https://www.example.co.uk", "chat.example.co.uk", "co.uk", "", "example.co.uk"},
		{"https://www.example.com", "chat.example.com", "evil.example", "evil.example", "example.com"},
		{"https://www.example.com", "chat.example.com", "ww.example.com", "", "example.com"},
		{"https://www.example.com", "chat.example.com", "ample.com", "", "example.com"},
		{"http://localhost:3000", "localhost:8080", "localhost", "", ""},
		{"http://127.0.0.1:3000", "127.0.0.1:8080", "127.0.0.1", "", ""},
		{"http://[::1]:3000", "[::1]:8080", "", "", ""},
	} {
		page, _ := parseOrigin(c.page)
		if got := cookieDomain(c.wish, chat.Cookie{Domain: c.policy}, page, hostOf(c.host)); got != c.want {
			t.Errorf("page %s, node %s, wish %q, owner %q: %q, want %q", c.page, c.host, c.wish, c.policy, got, c.want)
		}
	}
}

func TestWhatAgentsAreShownOfAUserAgent(t *testing.T) {
	const webkit = "AppleWebKit/537.36 (KHTML, like Gecko) "
	for header, want := range map[string][2]string{
		"":           {},
		"curl/8.5.0": {},
		"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0":                                                   {"Firefox", "Linux"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + webkit + "Chrome/126.0.0.0 Safari/537.36":                                   {"Chrome", "Windows"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + webkit + "Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0":                     {"Edge", "Windows"},
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) " + webkit + "Chrome/126.0.0.0 Safari/537.36 OPR/111.0":                         {"Opera", "Windows"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15":    {"Safari", "macOS"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0 Safari/604.1": {"Chrome", "iOS"},
		"Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/127.0 Safari/605.1.15":       {"Firefox", "iPadOS"},
		"Mozilla/5.0 (Linux; Android 14; SM-S921B) " + webkit + "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36":        {"Samsung Internet", "Android"},
		"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) " + webkit + "Chrome/126.0.0.0 Safari/537.36":                                    {"Chrome", "ChromeOS"},
		"<script>alert(1)</script> Firefox/1": {"Firefox", ""},
	} {
		u := parseUserAgent(header)
		if browser, system := u.browserName(), u.systemName(); browser != want[0] || system != want[1] {
			t.Errorf("%q is %q on %q, want %q", header, browser, system, want)
		}
	}
}
