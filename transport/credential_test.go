package transport

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/chat"
)

func TestCases9And10WhatIsACredential(t *testing.T) {
	c := newCredential()
	if back, ok := parseCredential(c.token()); !ok || back != c || back.hash() != c.hash() {
		t.Error("a credential does not survive its text form")
	}
	if other := newCredential(); other.session == c.session || other.secret == c.secret {
		t.Error("two fresh ones are alike")
	}
	id, secret, _ := strings.Cut(c.token(), ".")
	for name, text := range map[string]string{
		"nothing":             "",
		"no secret":           id,
		"an empty secret":     id + ".",
		"a short secret":      id + "." + secret[1:],
		"a long secret":       c.token() + "A",
		"two secrets":         c.token() + "." + secret,
		"no session":          "." + secret,
		"a bare UUID":         strings.TrimPrefix(c.token(), "session_"),
		"padding":             id + "." + secret[:42] + "=",
		"another alphabet":    id + "." + secret[:42] + "+",
		"bits that are none":  id + "." + strings.Repeat("A", 42) + "B",
		"a line break inside": id + "." + secret[:20] + "\n" + secret[21:],
		"huge":                strings.Repeat("x", 1<<20),
	} {
		if _, ok := parseCredential(text); ok {
			t.Errorf("%s is a credential", name)
		}
	}
}

func TestACredentialIsNotPrinted(t *testing.T) {
	c := newCredential()
	_, secret, _ := strings.Cut(c.token(), ".")
	var log bytes.Buffer
	for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
		slog.New(h).Info("x", "credential", c, "pointer", &c)
	}
	printed := fmt.Sprintf("%v %+v %s", c, c, &c) + log.String()
	for _, text := range []string{secret, base64.StdEncoding.EncodeToString(c.secret[:]), fmt.Sprint(c.secret[:])} {
		if strings.Contains(printed, text) {
			t.Error("the secret is printed")
		}
	}
}

func TestADerivedCredentialBelongsToOneVisitorOfOneWebsite(t *testing.T) {
	key, site := [32]byte{1}, chat.WebsiteID{1}
	c := derivedCredential(key, site, "customer-7", 0)
	if c != derivedCredential(key, site, "customer-7", 0) {
		t.Error("the same visitor is another one on another device")
	}
	for name, other := range map[string]credential{
		"key":        derivedCredential([32]byte{2}, site, "customer-7", 0),
		"website":    derivedCredential(key, chat.WebsiteID{2}, "customer-7", 0),
		"visitor":    derivedCredential(key, site, "customer-8", 0),
		"generation": derivedCredential(key, site, "customer-7", 1),
	} {
		if other.session == c.session || other.secret == c.secret {
			t.Errorf("another %s gives the same credential", name)
		}
	}
}

func TestP1TheCookieIsFoundByItsNameAlone(t *testing.T) {
	site, other := chat.WebsiteID{1}, chat.WebsiteID{2}
	name := cookieName("parlor-client/", site)
	if name != "parlor-client%2Fsession%2F"+site.String() {
		t.Errorf("on the wire it is called %q", name)
	}
	c := newCredential()
	for want, cookie := range map[bool]*http.Cookie{
		true:  {Name: name, Value: c.token()},
		false: {Name: cookieName("parlor-client/", other), Value: c.token()},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.AddCookie(cookie)
		if got, ok := cookieCredential(r, name); ok != want || (ok && got != c) {
			t.Errorf("%s: found %v", cookie.Name, ok)
		}
	}
}
