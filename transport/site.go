package transport

import (
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"github.com/parlor-chat/parlor/chat"
)

// sameSite reports whether a page's origin and the host of the request belong to one site: then a cookie that the server sets is the page's
// own, and outlives the seven days that some browsers give to cookies of scripts.
func sameSite(page origin, r *http.Request, secure bool) bool {
	scheme := "http"
	if secure {
		scheme = "https"
	}
	site, ok := siteOf(hostOf(r.Host))
	pageSite, pageOK := siteOf(page.host)
	return ok && pageOK && site == pageSite && page.scheme == scheme
}

// hostOf is the host of a Host header, in lower case, without port and brackets.
func hostOf(header string) string {
	host, _, err := net.SplitHostPort(header)
	if err != nil {
		host = strings.Trim(header, "[]")
	}
	return strings.ToLower(host)
}

// siteOf is the registrable domain of a host; hosts without one (localhost, addresses) are sites of their own only for themselves.
func siteOf(host string) (string, bool) {
	site, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil || strings.Trim(host, "0123456789.") == "" || strings.Contains(host, ":") {
		return host, host != ""
	}
	return site, true
}

// sessionCookie is the cookie as the server sets it (P3, P4): for the whole site, unreadable for scripts.
func sessionCookie(name, value, domain string, maxAge time.Duration, secure bool) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", Domain: domain, MaxAge: int(maxAge / time.Second),
		Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	}
}

// cookieDomain is the domain that covers the page and its subdomains: the owner's, or the site's base domain. A wish of the page counts
// when it covers the page and is no public suffix. None counts that does not cover the node's own host: browsers refuse such a cookie. Empty:
// the host alone, which is all that localhost and addresses allow.
func cookieDomain(wish string, policy chat.Cookie, page origin, host string) string {
	base, _ := siteOf(page.host)
	for _, domain := range []string{wish, policy.Domain, base} {
		domain = strings.TrimPrefix(strings.ToLower(domain), ".")
		if domain == "" || !strings.Contains(domain, ".") || strings.Trim(domain, "0123456789.") == "" {
			continue
		}
		if site, ok := siteOf(domain); !ok || !covers(site, domain) || site != base {
			continue
		}
		if covers(domain, page.host) && covers(domain, host) {
			return domain
		}
	}
	return ""
}

func covers(domain, host string) bool {
	return host == domain || strings.HasSuffix(host, "."+domain)
}
