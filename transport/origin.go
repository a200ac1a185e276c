package transport

import (
	"net"
	"net/http"
	"net/url"
	"strings"
)

// origin is a web origin (RFC 6454) in comparable form: the host in lower case, the port always there.
type origin struct{ scheme, host, port string }

// String is the origin as browsers send it: the port only where it is not the scheme's own.
func (o origin) String() string {
	host := o.host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if o.port != defaultPort(o.scheme) {
		host += ":" + o.port
	}
	return o.scheme + "://" + host
}

// parseOrigin reads scheme://host[:port]. Anything else, "null" included, is no origin.
func parseOrigin(text string) (origin, bool) {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil ||
		u.RawQuery != "" || u.Fragment != "" || (u.Path != "" && u.Path != "/") {
		return origin{}, false
	}
	o := origin{u.Scheme, strings.ToLower(u.Hostname()), u.Port()}
	if o.port == "" {
		o.port = defaultPort(o.scheme)
	}
	return o, o.host != "" && !strings.HasSuffix(o.host, ".")
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

// allows reports whether a website's list has the origin: scheme, host and port must agree. "*.example.com" stands for every subdomain,
// not for example.com itself; "*" alone for every origin.
func allows(list []string, o origin) bool {
	for _, entry := range list {
		if entry == "*" {
			return true
		}
		pattern, ok := parseOrigin(entry)
		if !ok || pattern.scheme != o.scheme || pattern.port != o.port {
			continue
		}
		if suffix, wild := strings.CutPrefix(pattern.host, "*"); wild {
			if strings.HasPrefix(suffix, ".") && strings.HasSuffix(o.host, suffix) && len(o.host) > len(suffix) {
				return true
			}
		} else if pattern.host == o.host {
			return true
		}
	}
	return false
}

// public are the origins and hosts under which browsers reach this node.
type public struct {
	origins map[origin]struct{}
	hosts   map[string]struct{}
	secure  bool
}

func newPublic(urls []string) public {
	p := public{origins: make(map[origin]struct{}), hosts: make(map[string]struct{})}
	for _, text := range urls {
		o, ok := parseOrigin(text)
		if !ok {
			continue
		}
		p.origins[o] = struct{}{}
		p.hosts[hostKey(o.host, o.port)] = struct{}{}
		if o.port == defaultPort(o.scheme) {
			p.hosts[strings.TrimSuffix(hostKey(o.host, o.port), ":"+o.port)] = struct{}{}
		}
		p.secure = p.secure || o.scheme == "https"
	}
	return p
}

func hostKey(host, port string) string { return net.JoinHostPort(host, port) }

// has reports whether the origin is one of the node's own.
func (p public) has(o origin) bool {
	_, ok := p.origins[o]
	return ok
}

// hosted refuses requests for hosts that are not this node's with 421 (RFC 9110): a forged Host must not be believed.
func (p public) hosted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, ok := p.hosts[strings.ToLower(r.Host)]; !ok {
			http.Error(w, "this host is not served here; the operator sets http.public_urls", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
