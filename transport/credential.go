package transport

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/parlor-chat/parlor/chat"
)

// credential is what binds a browser to its session: the cookie's value, session_<uuid>.<256-bit secret>.
type credential struct {
	session chat.SessionID
	secret  [32]byte
}

var encoding = base64.RawURLEncoding.Strict()

// parseCredential reads a cookie's value. What is not well formed is no credential; it is never repeated or logged.
func parseCredential(text string) (credential, bool) {
	id, secret, ok := strings.Cut(text, ".")
	if !ok || len(secret) != encoding.EncodedLen(32) {
		return credential{}, false
	}
	session, err := chat.ParseSessionID(id)
	if err != nil {
		return credential{}, false
	}
	c := credential{session: session}
	if n, err := encoding.Decode(c.secret[:], []byte(secret)); err != nil || n != len(c.secret) { // it skips line breaks
		return credential{}, false
	}
	return c, true
}

// newCredential makes a fresh one.
func newCredential() credential {
	var id [16]byte
	var c credential
	_, _ = rand.Read(id[:]) // never fails: crypto/rand ends the process instead
	_, _ = rand.Read(c.secret[:])
	c.session = chat.NewSessionID(id)
	return c
}

// derivedCredential is the one that belongs to a token_id: the same on every device that presents it. generation moves on when a session
// was erased, since an erased id is never used again.
func derivedCredential(key [32]byte, website chat.WebsiteID, tokenID string, generation byte) credential {
	derive := func(purpose string) []byte {
		mac := hmac.New(sha256.New, key[:])
		mac.Write([]byte(purpose))
		mac.Write([]byte{0, generation})
		mac.Write(website[:])
		mac.Write([]byte(tokenID))
		return mac.Sum(nil)
	}
	c := credential{session: chat.NewSessionID([16]byte(derive("parlor session id")[:16]))}
	copy(c.secret[:], derive("parlor session secret"))
	return c
}

// hash is what the store keeps of the secret.
func (c credential) hash() [32]byte { return sha256.Sum256(c.secret[:]) }

// token is the cookie's value.
func (c credential) token() string {
	return c.session.String() + "." + encoding.EncodeToString(c.secret[:])
}

// cookieName is the session cookie's name on the wire: percent-encoded, since net/http takes only tokens (RFC 6265).
func cookieName(prefix string, website chat.WebsiteID) string {
	return url.QueryEscape(chat.CookieName(prefix, website))
}

// cookieCredential finds the session cookie of a request.
func cookieCredential(r *http.Request, name string) (credential, bool) {
	cookie, err := r.Cookie(name)
	if err != nil {
		return credential{}, false
	}
	return parseCredential(cookie.Value)
}

// String and LogValue keep the secret out of everything that is printed.
func (c credential) String() string { return c.session.String() + " (secret redacted)" }

// LogValue implements slog.LogValuer.
func (c credential) LogValue() slog.Value { return slog.StringValue(c.String()) }
