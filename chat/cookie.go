package chat

import (
	"fmt"
	"strings"
	"time"
)

// CookieMode says when the session cookie is set.
type CookieMode string

// The cookie modes. With the last two, a visitor who did not open the chat or did not consent is a new one on every page.
const (
	CookieOnLoad    CookieMode = "load"
	CookieOnOpen    CookieMode = "open"
	CookieOnConsent CookieMode = "consent"
)

// Cookie is a website's cookie policy (P1, P3, P4).
type Cookie struct {
	Mode CookieMode `json:"mode"`
	// Domain covers the site's subdomains; empty: the widget finds the base domain by probing (P3).
	Domain string `json:"domain,omitempty"`
	// MaxAge is renewed at every load (P4). Promise: 6 months.
	MaxAge time.Duration `json:"max_age"`
}

// Bounds of a cookie's life: browsers cap at 400 days (RFC 6265bis), under a minute makes no sense.
const (
	MinCookieAge = time.Minute
	MaxCookieAge = 400 * 24 * time.Hour
)

// DefaultCookiePrefix begins every cookie's name unless the deployment chose another (P1).
const DefaultCookiePrefix = "parlor-client/"

// DefaultCookie is set at page load and lasts 6 months of 30 days.
func DefaultCookie() Cookie { return Cookie{Mode: CookieOnLoad, MaxAge: 180 * 24 * time.Hour} }

// CookieName is the cookie's name as the policy states it: <prefix>session/<website id>. On the wire it is percent-encoded.
func CookieName(prefix string, website WebsiteID) string {
	return prefix + "session/" + website.String()
}

// Expires returns when a cookie that is renewed now ends.
func (c Cookie) Expires(now time.Time) time.Time { return now.Add(c.MaxAge) }

// Validate reports every problem of the policy.
func (c Cookie) Validate() []error {
	var problems []error
	switch c.Mode {
	case CookieOnLoad, CookieOnOpen, CookieOnConsent:
	default:
		problems = append(problems, fmt.Errorf("cookie mode %q: use load, open or consent", c.Mode))
	}
	if c.MaxAge < MinCookieAge || c.MaxAge > MaxCookieAge {
		problems = append(problems, fmt.Errorf("cookie max age %v: use %v to %v", c.MaxAge, MinCookieAge, MaxCookieAge))
	}
	if d := c.Domain; d != "" && (!strings.Contains(d, ".") || strings.ContainsAny(d, "/: ;,")) {
		problems = append(problems, fmt.Errorf("cookie domain %q: use a domain such as example.com", d))
	}
	return problems
}
