package transport

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
	"github.com/parlor-chat/parlor/transport/socket"
)

// Transport serves one node's clients. Its methods may be called from many goroutines at once.
type Transport struct {
	config    Config
	system    *actors.System
	public    public
	visitors  *socket.Server
	agents    *socket.Server
	admission *admission
	log       *slog.Logger
	stats     Stats
	draining  atomic.Bool
	exports   chan struct{}

	mu     sync.Mutex
	logins map[string]map[*agent]struct{}
}

// Stats count what the transport does, for metrics. All may be read at any time.
type Stats struct {
	// Visitors and Agents are connections open now.
	Visitors, Agents atomic.Int64
	// Accepted and Refused count upgrades; Frames what clients sent, BadFrames what was none.
	Accepted, Refused, Frames, BadFrames atomic.Int64
	// Limited counts messages and new sessions that were refused because of what else came from their address or network.
	Limited atomic.Int64
}

// New makes a transport. It serves from the start; Drain ends it.
func New(c Config) *Transport {
	t := &Transport{
		config: c, system: c.System, public: newPublic(c.PublicURLs), log: c.Logger,
		visitors: socket.NewServer(c.Visitor), agents: socket.NewServer(c.Agent),
		admission: newAdmission(c.Sockets), logins: make(map[string]map[*agent]struct{}),
		exports: make(chan struct{}, maxExports),
	}
	c.Accounts.OnEnd(t.loginEnded)
	c.Accounts.OnChange(t.agentChanged)
	return t
}

// Stats returns the transport's counters.
func (t *Transport) Stats() *Stats { return &t.stats }

// Sockets is how many WebSocket connections are open or being made.
func (t *Transport) Sockets() int64 { return t.stats.Visitors.Load() + t.stats.Agents.Load() }

// Handler serves everything that browsers ask for.
func (t *Transport) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /visitor", t.serveVisitor)
	mux.HandleFunc("GET /agent", t.serveAgent)
	mux.HandleFunc("/visitor/cookie", t.serveCookie)
	t.routeLogin(mux)
	t.routeWeb(mux)
	return t.public.hosted(mux)
}

// Drain refuses new sockets, tells the clients to come back elsewhere, and waits until all are closed or ctx ends. A second call waits too.
func (t *Transport) Drain(ctx context.Context) error {
	t.draining.Store(true)
	var wait sync.WaitGroup
	var errs [2]error
	for i, s := range []*socket.Server{t.visitors, t.agents} {
		wait.Go(func() { errs[i] = s.Shutdown(ctx, socket.Code(protocol.CloseRestart), protocol.CloseRestart.Reason()) })
	}
	wait.Wait()
	if errs[0] != nil {
		return errs[0]
	}
	return errs[1]
}

// agentChanged makes an agent's connections come back, so that they are checked anew and see what the agent may do now.
func (t *Transport) agentChanged(id chat.AgentID) {
	t.closeLogins(func(a *agent) bool { return a.who.ID == id }, protocol.CloseResync)
}

// loginEnded closes the connections of a login that ended.
func (t *Transport) loginEnded(login string) {
	t.mu.Lock()
	var ended []*agent
	for a := range t.logins[login] {
		ended = append(ended, a)
	}
	t.mu.Unlock()
	for _, a := range ended {
		a.Close(protocol.CloseUnauthorized)
	}
}

func (t *Transport) closeLogins(which func(*agent) bool, code protocol.CloseCode) {
	t.mu.Lock()
	var chosen []*agent
	for _, conns := range t.logins {
		for a := range conns {
			if which(a) {
				chosen = append(chosen, a)
			}
		}
	}
	t.mu.Unlock()
	for _, a := range chosen {
		a.Close(code)
	}
}

func (t *Transport) addLogin(a *agent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.logins[a.login] == nil {
		t.logins[a.login] = make(map[*agent]struct{})
	}
	t.logins[a.login][a] = struct{}{}
}

func (t *Transport) removeLogin(a *agent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.logins[a.login], a)
	if len(t.logins[a.login]) == 0 {
		delete(t.logins, a.login)
	}
}
