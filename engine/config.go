package engine

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/networks"
	"github.com/parlor-chat/parlor/protocol"
)

// Config is everything an operator can set about a node. Default gives every field a value that suits a small deployment.
type Config struct {
	HTTP     HTTP     `koanf:"http"`
	Admin    Admin    `koanf:"admin"`
	Store    Store    `koanf:"store"`
	Sessions Sessions `koanf:"sessions"`
	Handover Handover `koanf:"handover"`
	Cookies  Cookies  `koanf:"cookies"`
	Limits   Limits   `koanf:"limits"`
	Timeouts Timeouts `koanf:"timeouts"`
	Memory   Memory   `koanf:"memory"`
	// Demo adds a demo website, an agent and the page /demo. For trying Parlor out, not for real visitors.
	Demo bool `koanf:"-"`
}

// HTTP is what browsers reach.
type HTTP struct {
	// Listen is the address that browsers or the reverse proxy connect to. Default 127.0.0.1:8080; port 0 takes a free one.
	Listen string `koanf:"listen"`
	// PublicURLs are the URLs under which browsers reach the node, scheme://host[:port]; others are refused. Default: from Listen. Set it
	// behind a reverse proxy; with https, cookies are Secure.
	PublicURLs []string `koanf:"public_urls"`
	// TrustedProxies are the networks whose X-Forwarded-For is believed. Default none. Set it to the reverse proxy's address.
	TrustedProxies []string `koanf:"trusted_proxies"`
	// Park lets a connection whose client is silent hold no goroutine, which takes less memory. Default true; it is for Linux and does nothing
	// elsewhere. False costs 2 to 3 KiB for each connection and spares a wake-up for each message of a client who was silent.
	Park bool `koanf:"park"`
}

// Admin is what operators reach: health, metrics, profiles, and the control of a running node.
type Admin struct {
	// Listen should stay on loopback. Default 127.0.0.1:9090; empty: no admin listener.
	Listen string `koanf:"listen"`
}

// Store is where data is kept.
type Store struct {
	// Dir is the data directory. Default parlor-data in the working directory.
	Dir string `koanf:"dir"`
}

// Sessions is the life of visitors' sessions (P7).
type Sessions struct {
	// Temporary is how long a session without messages outlives its last access. Default 30 minutes, the promise of P7; tests shorten it.
	Temporary time.Duration `koanf:"temporary"`
	// Idle is how long a session with messages stays in memory after its last access, and one without messages as large as it was. Default 1
	// minute.
	Idle time.Duration `koanf:"idle"`
}

// Handover is how a planned restart hands sessions without messages to the next process, where systemd does not keep them (DESIGN.md section 5).
type Handover struct {
	// Dir is a directory in memory for a file of them, which the next process takes: an absolute path on a tmpfs; off; or auto, the default: the
	// directory of Options.RuntimeDir if there is one. Who sets it sees to it that a file that no process takes does not stay there.
	Dir string `koanf:"dir"`
}

// The words for Handover.Dir.
const (
	handoverAuto = "auto"
	handoverOff  = "off"
)

// Cookies is how the deployment names its cookies.
type Cookies struct {
	// Prefix begins every visitor cookie's name (P1). Default parlor-client/. A change makes all visitors new ones.
	Prefix string `koanf:"prefix"`
}

// Limits bound what clients may do. Zero for a number of sockets is no limit, but for Sockets.
type Limits struct {
	// MessagesPerSecond and MessagesBurst hold each session's messages. Default 5 and 20.
	MessagesPerSecond float64 `koanf:"messages_per_second"`
	MessagesBurst     int     `koanf:"messages_burst"`
	// AddressMessagesPerSecond and AddressMessagesBurst hold the messages of all sessions of an IPv4 address or an IPv6 /64 together (P11); 0 a second
	// is no limit. Default 50 and 500.
	AddressMessagesPerSecond float64 `koanf:"address_messages_per_second"`
	AddressMessagesBurst     int     `koanf:"address_messages_burst"`
	// AddressSessionsPerMinute and AddressSessionsBurst hold the new sessions likewise. Default 120 and 600.
	AddressSessionsPerMinute float64 `koanf:"address_sessions_per_minute"`
	AddressSessionsBurst     int     `koanf:"address_sessions_burst"`
	// NetworkFactor times as much may come from an IPv4 /24 or an IPv6 /48; 0 is no limit for these. Default 4.
	NetworkFactor int `koanf:"network_factor"`
	// Pending is how many commands of one connection may wait. Default 64.
	Pending int `koanf:"pending"`
	// VisitorFrameBytes and AgentFrameBytes bound one frame. Default 16 KiB and 64 KiB.
	VisitorFrameBytes int `koanf:"visitor_frame_bytes"`
	AgentFrameBytes   int `koanf:"agent_frame_bytes"`
	// VisitorOutboxBytes and AgentOutboxBytes bound what waits for a slow reader. Default 256 KiB and 1 MiB.
	VisitorOutboxBytes int `koanf:"visitor_outbox_bytes"`
	AgentOutboxBytes   int `koanf:"agent_outbox_bytes"`
	// Sockets is how many connections the node takes in total. Default 0: what the process's descriptors allow, which bounds it in any case (G21).
	Sockets int `koanf:"sockets"`
	// SocketsPerAddress counts an IPv4 address or an IPv6 /64; the others count a /24 and a /48 (P11). Default 200, 1000, 1000.
	SocketsPerAddress int `koanf:"sockets_per_address"`
	SocketsPer24      int `koanf:"sockets_per_24"`
	SocketsPer48      int `koanf:"sockets_per_48"`
	// BlocksPerAddress refuses the messages of an address from which agents blocked so many conversations; the others do so for an IPv4 /24, an IPv6
	// /64 and an IPv6 /48 (P11). 0: never. Default 3, 10, 10, 30.
	BlocksPerAddress int `koanf:"blocks_per_address"`
	BlocksPer24      int `koanf:"blocks_per_24"`
	BlocksPer64      int `koanf:"blocks_per_64"`
	BlocksPer48      int `koanf:"blocks_per_48"`
	// BlocksWithin is for how long a block counts, RefusedFor how long messages are refused, from the last block on. Default 30 days, 7 days.
	BlocksWithin time.Duration `koanf:"blocks_within"`
	RefusedFor   time.Duration `koanf:"refused_for"`
	// TemporarySessions is how many sessions without messages may be in memory: a number, 0 for no limit, or auto, the default: what half of the
	// memory limit holds, and a million without such a limit. Then those that were idle for longest end early, and with nobody idle new ones are
	// refused.
	TemporarySessions string `koanf:"temporary_sessions"`
}

// Timeouts bound every wait.
type Timeouts struct {
	// FirstFrame is how long a client may take to say hello. Default 5 s.
	FirstFrame time.Duration `koanf:"first_frame"`
	// Message is how long a message may take from its first byte to its last. Default 10 s.
	Message time.Duration `koanf:"message"`
	// Ping is after how much silence a client is asked whether it lives, Pong how long it has. Default 25 s and 10 s.
	Ping time.Duration `koanf:"ping"`
	Pong time.Duration `koanf:"pong"`
	// Commit is how long a message may wait for the store until its sender is told that it is unavailable. Default 3 s.
	Commit time.Duration `koanf:"commit"`
	// Drain is how long a stopping node waits for its clients and its actors. Default 30 s.
	Drain time.Duration `koanf:"drain"`
}

// Default returns the configuration of a node that was told nothing.
func Default() Config {
	rate, life, refuse := chat.DefaultLimits(), chat.DefaultLifetime(), networks.DefaultRules()
	return Config{
		HTTP:     HTTP{Listen: "127.0.0.1:8080", PublicURLs: []string{}, TrustedProxies: []string{}, Park: true},
		Admin:    Admin{Listen: "127.0.0.1:9090"},
		Store:    Store{Dir: "parlor-data"},
		Sessions: Sessions{Temporary: life.Temporary, Idle: life.Idle},
		Handover: Handover{Dir: handoverAuto},
		Cookies:  Cookies{Prefix: chat.DefaultCookiePrefix},
		Limits: Limits{
			MessagesPerSecond: rate.PerSecond, MessagesBurst: rate.Burst, Pending: 64,
			AddressMessagesPerSecond: 50, AddressMessagesBurst: 500, AddressSessionsPerMinute: 120, AddressSessionsBurst: 600, NetworkFactor: 4,
			VisitorFrameBytes: 16 << 10, AgentFrameBytes: 64 << 10, VisitorOutboxBytes: 256 << 10, AgentOutboxBytes: 1 << 20,
			SocketsPerAddress: 200, SocketsPer24: 1000, SocketsPer48: 1000,
			BlocksPerAddress: refuse.Address, BlocksPer24: refuse.Per24, BlocksPer64: refuse.Per64, BlocksPer48: refuse.Per48,
			BlocksWithin: refuse.Within, RefusedFor: refuse.Term,
			TemporarySessions: temporaryAuto,
		},
		Timeouts: Timeouts{
			FirstFrame: 5 * time.Second, Message: 10 * time.Second, Ping: 25 * time.Second, Pong: 10 * time.Second,
			Commit: 3 * time.Second, Drain: 30 * time.Second,
		},
		Memory: Memory{GCPercent: 100, GCFloor: "128MiB", Limit: limitAuto},
	}
}

// Validate returns every problem of the configuration at once, each naming its key and what to do; nil when there is none.
func (c Config) Validate() error {
	var p problems
	p.address("http.listen", c.HTTP.Listen)
	if c.Admin.Listen != "" {
		p.address("admin.listen", c.Admin.Listen)
	}
	for _, text := range c.HTTP.PublicURLs {
		p.publicURL(text)
	}
	for _, text := range c.HTTP.TrustedProxies {
		if _, err := parseNetwork(text); err != nil {
			p.add("http.trusted_proxies", "%q is no network; use one such as 10.0.0.0/8 or 192.0.2.1", text)
		}
	}
	if c.Store.Dir == "" {
		p.add("store.dir", "empty; name the data directory")
	}
	if d := c.Handover.Dir; d != handoverAuto && d != handoverOff && !filepath.IsAbs(d) {
		p.add("handover.dir", "%q: use auto, off, or an absolute path to a directory on a tmpfs", d)
	}
	p.cookiePrefix(c.Cookies.Prefix)
	p.limits(c.Limits)
	p.durations(c)
	p.memory(c.Memory)
	return errors.Join(p...)
}

// problems gathers what is wrong.
type problems []error

func (p *problems) add(key, format string, args ...any) {
	*p = append(*p, fmt.Errorf("%s: %s", key, fmt.Sprintf(format, args...)))
}

func (p *problems) address(key, text string) {
	host, port, err := net.SplitHostPort(text)
	if err == nil {
		_, err = net.LookupPort("tcp", port)
	}
	if err != nil || port == "" || strings.ContainsAny(host, "/ ") {
		p.add(key, "%q is no address; use host:port, such as 127.0.0.1:8080 or :8080", text)
	}
}

func (p *problems) publicURL(text string) {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "" ||
		u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		p.add("http.public_urls", "%q is no origin; use https://chat.example.com", text)
	}
}

func (p *problems) cookiePrefix(prefix string) {
	if prefix == "" || len(prefix) > 64 || strings.ContainsFunc(prefix, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune(`;,="\`, r) }) {
		p.add("cookies.prefix", "%q: use 1 to 64 visible ASCII characters without ; , = \" and \\", prefix)
	}
}

func (p *problems) limits(l Limits) {
	for key, rate := range map[string]float64{
		"limits.messages_per_second":         l.MessagesPerSecond,
		"limits.address_messages_per_second": l.AddressMessagesPerSecond,
		"limits.address_sessions_per_minute": l.AddressSessionsPerMinute,
	} {
		if rate < 0 {
			p.add(key, "%v: use zero (no limit) or more", rate)
		}
	}
	const mostFrame = 1 << 20
	for _, n := range []struct {
		key              string
		value, low, high int
	}{
		{"limits.messages_burst", l.MessagesBurst, 1, 1 << 20},
		{"limits.address_messages_burst", l.AddressMessagesBurst, 1, 1 << 20},
		{"limits.address_sessions_burst", l.AddressSessionsBurst, 1, 1 << 20},
		{"limits.network_factor", l.NetworkFactor, 0, 1000},
		{"limits.pending", l.Pending, 1, 4096},
		{"limits.visitor_frame_bytes", l.VisitorFrameBytes, 1024, mostFrame},
		{"limits.agent_frame_bytes", l.AgentFrameBytes, 1024, mostFrame},
		{"limits.visitor_outbox_bytes", l.VisitorOutboxBytes, 2 * protocol.MaxReplayBytes, 64 << 20},
		{"limits.agent_outbox_bytes", l.AgentOutboxBytes, 2 * protocol.MaxReplayBytes, 64 << 20},
		{"limits.blocks_per_address", l.BlocksPerAddress, 0, 1000},
		{"limits.blocks_per_24", l.BlocksPer24, 0, 1000},
		{"limits.blocks_per_64", l.BlocksPer64, 0, 1000},
		{"limits.blocks_per_48", l.BlocksPer48, 0, 1000},
		{"limits.sockets", l.Sockets, 0, 1 << 30},
		{"limits.sockets_per_address", l.SocketsPerAddress, 0, 1 << 30},
		{"limits.sockets_per_24", l.SocketsPer24, 0, 1 << 30},
		{"limits.sockets_per_48", l.SocketsPer48, 0, 1 << 30},
	} {
		if n.value < n.low || n.value > n.high {
			p.add(n.key, "%d: use %d to %d", n.value, n.low, n.high)
		}
	}
	if _, err := l.temporarySessions(0); err != nil {
		p.add("limits.temporary_sessions", "%q: use auto, 0 (no limit), or a number up to %d", l.TemporarySessions, highTemporary)
	}
}

func (p *problems) durations(c Config) {
	for _, d := range []struct {
		key       string
		value     time.Duration
		low, high time.Duration
	}{
		{"sessions.temporary", c.Sessions.Temporary, time.Second, 30 * time.Minute},
		{"sessions.idle", c.Sessions.Idle, 0, 24 * time.Hour},
		{"limits.blocks_within", c.Limits.BlocksWithin, time.Minute, 365 * 24 * time.Hour},
		{"limits.refused_for", c.Limits.RefusedFor, time.Minute, 365 * 24 * time.Hour},
		{"timeouts.first_frame", c.Timeouts.FirstFrame, 100 * time.Millisecond, time.Minute},
		{"timeouts.message", c.Timeouts.Message, 100 * time.Millisecond, 5 * time.Minute},
		{"timeouts.ping", c.Timeouts.Ping, time.Second, 10 * time.Minute},
		{"timeouts.pong", c.Timeouts.Pong, time.Second, 10 * time.Minute},
		{"timeouts.commit", c.Timeouts.Commit, 100 * time.Millisecond, time.Minute},
		{"timeouts.drain", c.Timeouts.Drain, 0, 10 * time.Minute},
	} {
		if d.value < d.low || d.value > d.high {
			p.add(d.key, "%v: use %v to %v", d.value, d.low, d.high)
		}
	}
}

func (p *problems) memory(m Memory) {
	if m.GCPercent < lowGCPercent || m.GCPercent > highGCPercent {
		p.add("memory.gc_percent", "%d: use %d to %d", m.GCPercent, lowGCPercent, highGCPercent)
	}
	if n, err := parseBytes(m.GCFloor); err != nil || n > highGCFloor {
		p.add("memory.gc_floor", "%q: use a size up to 1024GiB, such as 128MiB, or 0 for none", m.GCFloor)
	}
	if m.Limit == limitAuto || m.Limit == limitOff {
		return
	}
	if n, err := parseBytes(m.Limit); err != nil || n < lowLimit {
		p.add("memory.limit", "%q: use auto, off, or a size of at least 64MiB, such as 2GiB", m.Limit)
	}
}

// parseNetwork reads a network, or one address as the network of it alone.
func parseNetwork(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(addr.Unmap(), addr.Unmap().BitLen()), nil
	}
	return netip.ParsePrefix(text)
}

func (c Config) trustedProxies() []netip.Prefix {
	var networks []netip.Prefix
	for _, text := range c.HTTP.TrustedProxies {
		if n, err := parseNetwork(text); err == nil {
			networks = append(networks, n)
		}
	}
	return networks
}
