package transport

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/internal/figure"
)

func TestCases34And35TheClientsAddress(t *testing.T) {
	trusted := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for name, c := range map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"nobody in between":          {"203.0.113.7:4711", nil, "203.0.113.7:4711"},
		"a mapped peer":              {"[::ffff:203.0.113.7]:4711", nil, "203.0.113.7:4711"},
		"a peer with a zone":         {"[fe80::1%eth0]:4711", nil, "[fe80::1]:4711"},
		"no address":                 {"@", nil, "invalid AddrPort"},
		"an untrusted peer":          {"203.0.113.7:4711", []string{"198.51.100.1"}, "203.0.113.7:4711"},
		"a trusted proxy":            {"10.0.0.1:80", []string{"198.51.100.1"}, "198.51.100.1:0"},
		"a trusted proxy, mapped":    {"[::ffff:10.0.0.1]:80", []string{"198.51.100.1"}, "198.51.100.1:0"},
		"a trusted proxy, silent":    {"10.0.0.1:80", nil, "10.0.0.1:80"},
		"what the client made up":    {"10.0.0.1:80", []string{"1.2.3.4, 198.51.100.1"}, "198.51.100.1:0"},
		"two proxies":                {"10.0.0.1:80", []string{"1.2.3.4, 198.51.100.1, fd00::2"}, "198.51.100.1:0"},
		"two headers":                {"10.0.0.1:80", []string{"1.2.3.4", "198.51.100.1, 10.9.9.9"}, "198.51.100.1:0"},
		"proxies only":               {"10.0.0.1:80", []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3:0"},
		"garbage":                    {"10.0.0.1:80", []string{"198.51.100.1, <script>"}, "10.0.0.1:80"},
		"garbage behind a proxy":     {"10.0.0.1:80", []string{"unknown, 10.0.0.2"}, "10.0.0.2:0"},
		"a port":                     {"10.0.0.1:80", []string{"198.51.100.1:9999"}, "198.51.100.1:9999"},
		"IPv6 with a port":           {"10.0.0.1:80", []string{"[2001:db8::1]:9999"}, "[2001:db8::1]:9999"},
		"IPv6 in brackets":           {"10.0.0.1:80", []string{"[2001:db8::1]"}, "[2001:db8::1]:0"},
		"a zone":                     {"10.0.0.1:80", []string{"fe80::1%eth0"}, "[fe80::1]:0"},
		"mapped":                     {"10.0.0.1:80", []string{"::ffff:198.51.100.1"}, "198.51.100.1:0"},
		"a hundred hops":             {"10.0.0.1:80", []string{strings.Repeat("1.2.3.4, ", 99) + "198.51.100.1"}, "198.51.100.1:0"},
		"a hundred hops and proxies": {"10.0.0.1:80", []string{"198.51.100.1" + strings.Repeat(",10.0.0.2", 99)}, "198.51.100.1:0"},
		"an empty element":           {"10.0.0.1:80", []string{"198.51.100.1,"}, "10.0.0.1:80"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		r.Header["X-Forwarded-For"] = c.forwarded
		r.Header.Set("X-Real-Ip", "1.2.3.4")
		if got := clientAddr(r, trusted).String(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestCases32And33SocketsAreCountedByNetwork(t *testing.T) {
	limits := SocketLimits{Total: 100, PerAddress: 2, Per24: 3, Per48: 4}
	for name, c := range map[string]struct {
		addrs   []string
		allowed int
	}{
		"one address":          {[]string{"203.0.113.1", "203.0.113.1", "203.0.113.1"}, 2},
		"one /24":              {[]string{"203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"}, 3},
		"two /24":              {[]string{"203.0.113.1", "203.0.113.2", "203.0.112.3", "203.0.112.4"}, 4},
		"one /64":              {[]string{"2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:1:ffff::3"}, 2},
		"one /48":              {[]string{"2001:db8:1:1::", "2001:db8:1:2::", "2001:db8:1:3::", "2001:db8:1:4::", "2001:db8:1:5::"}, 4},
		"two /48":              {[]string{"2001:db8:1:1::", "2001:db8:1:1::", "2001:db8:2:1::", "2001:db8:2:1::"}, 4},
		"mapped, one address":  {[]string{"203.0.113.1", "::ffff:203.0.113.1", "::ffff:203.0.113.1"}, 2},
		"mapped, other people": {[]string{"::ffff:203.0.113.1", "::ffff:198.51.100.1", "::ffff:192.0.2.1"}, 3},
	} {
		a := newAdmission(limits)
		var in []netip.Addr
		for _, text := range c.addrs {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = netip.AddrPortFrom(netip.MustParseAddr(text), 1).String()
			if addr := clientAddr(r, nil).Addr(); a.enter(addr) {
				in = append(in, addr)
			}
		}
		if len(in) != c.allowed {
			t.Errorf("%s: %d of %d, want %d", name, len(in), len(c.addrs), c.allowed)
		}
		for _, addr := range in {
			a.leave(addr)
		}
		if a.total != 0 || len(a.counts) != 0 {
			t.Errorf("%s: %d sockets and %d networks are left when all have gone", name, a.total, len(a.counts))
		}
	}
	a := newAdmission(SocketLimits{Total: 1})
	if !a.enter(netip.MustParseAddr("203.0.113.1")) || a.enter(netip.MustParseAddr("198.51.100.1")) || !a.enter(netip.Addr{}) {
		t.Error("one in all, but for connections in memory")
	}
	a.leave(netip.Addr{})
	a.leave(netip.MustParseAddr("203.0.113.1"))
	if !a.enter(netip.MustParseAddr("198.51.100.1")) {
		t.Error("the place is not free again")
	}
	figure.Note(t, "P11", "sockets are counted per address, /24, /64 and /48, in memory: 0 counts are left when the sockets have gone")
}
