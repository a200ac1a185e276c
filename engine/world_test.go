package engine_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/engine"
	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/memstore"
)

// world is a whole node in virtual time, with a website and an agent. Everything but the store's disk and the network is real.
type world struct {
	t       *testing.T
	config  engine.Config
	store   *keptStore
	node    *engine.Node
	network *network
	admin   *network
	log     lockedBuffer
	website chat.Website
	email   string
	secret  string
}

const (
	nodeURL    = "http://chat.site.test"
	visitorIP  = "203.0.113.77"
	agentEmail = "ada@example.com"
	password   = "correct horse battery"
)

// inWorld runs a test in a bubble with a running node.
func inWorld(t *testing.T, test func(t *testing.T, w *world), adjust ...func(*engine.Config)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, config: engine.Default(), store: &keptStore{Store: memstore.New()}, email: agentEmail, secret: password}
		w.config.HTTP.PublicURLs = []string{nodeURL}
		for _, f := range adjust {
			f(&w.config)
		}
		w.start()
		w.website = engine.NewWebsite("Shop")
		w.website.Origins = []string{"http://www.site.test", "http://*.site.test"}
		w.website = w.put(w.website)
		agent, err := w.node.Operator().PutAgent(t.Context(), chat.Agent{Name: "Ada", Email: w.email, Websites: []chat.WebsiteID{w.website.ID}})
		w.must(err)
		w.must(w.node.Operator().SetPassword(t.Context(), agent.ID, w.secret))
		test(t, w)
		w.stop()
		time.Sleep(2 * time.Minute) // timers of libraries end by themselves
	})
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) put(site chat.Website) chat.Website {
	w.t.Helper()
	site, err := w.node.Operator().PutWebsite(w.t.Context(), site)
	w.must(err)
	return site
}

func (w *world) start() {
	w.t.Helper()
	w.network, w.admin = newNetwork(), newNetwork()
	node, err := engine.New(w.config, engine.Options{
		Store: w.store, Listener: w.network, AdminListener: w.admin,
		Logger: slog.New(slog.NewJSONHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	w.must(err)
	w.must(node.Start(w.t.Context()))
	w.node = node
}

func (w *world) stop() {
	w.t.Helper()
	w.network.hangUp()
	w.admin.hangUp()
	w.must(w.node.Stop(context.Background()))
}

// restart stops the node and starts another on the same store.
func (w *world) restart() {
	w.t.Helper()
	w.stop()
	w.start()
}

// from is the node as reached from an address.
func (w *world) from(ip string) testclient.Server {
	return testclient.Server{URL: nodeURL, HTTP: w.network.client(ip)}
}

// visit opens a page as a visitor: a new one without a token.
func (w *world) visit(token string) *testclient.Visitor {
	w.t.Helper()
	return w.visitWith(testclient.Hello{"token": token, "page": map[string]string{"url": "http://www.site.test/", "title": "Home"}})
}

func (w *world) visitWith(hello testclient.Hello) *testclient.Visitor {
	w.t.Helper()
	v, err := w.from(visitorIP).Visit(w.t.Context(), w.website.ID.String(), hello, testclient.Header{
		Origin: "http://www.site.test", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
	})
	w.must(err)
	return v
}

func (w *world) agent() *testclient.Agent {
	w.t.Helper()
	s := w.from("198.51.100.1")
	cookie, err := s.Login(w.t.Context(), w.email, w.secret)
	w.must(err)
	a, err := s.Work(w.t.Context(), cookie)
	w.must(err)
	return a
}

func (w *world) say(v *testclient.Visitor, text string) testclient.Frame {
	w.t.Helper()
	f, err := v.Say(text)
	w.must(err)
	return f
}

func (w *world) answer(a *testclient.Agent, session, text string) testclient.Frame {
	w.t.Helper()
	f, err := a.Say(w.website.ID.String(), session, text)
	w.must(err)
	return f
}

func (w *world) open(a *testclient.Agent, session string) testclient.Frame {
	w.t.Helper()
	f, err := a.Open(w.website.ID.String(), session)
	w.must(err)
	if f.T != "opened" {
		w.t.Fatalf("open was answered with %s", f.Raw)
	}
	return f
}

func (w *world) expect(c *testclient.Client, t string) testclient.Frame {
	w.t.Helper()
	f, err := c.Expect(t)
	w.must(err)
	return f
}

func (w *world) ask(c *testclient.Client, frame map[string]any) testclient.Frame {
	w.t.Helper()
	f, err := c.Ask(frame)
	w.must(err)
	return f
}

// history is the whole log as the connection's snapshot or a page of it tells.
func (w *world) history(v *testclient.Visitor) []string {
	w.t.Helper()
	f := w.ask(v.Client, map[string]any{"t": "history", "after": 0, "limit": 100})
	var texts []string
	for _, m := range f.Messages {
		texts = append(texts, m.TextOf())
	}
	return texts
}

// keptStore survives the node's Stop, as a disk does, and counts what is written about sessions.
type keptStore struct {
	persistence.Store
	commits atomic.Int64
}

func (*keptStore) Close() error { return nil }

func (s *keptStore) Commit(ctx context.Context, c *persistence.Commit) (persistence.Committed, error) {
	s.commits.Add(1)
	return s.Store.Commit(ctx, c)
}

// lockedBuffer may be written by many.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// network is a listener in memory whose peers have the addresses that they say.
type network struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
	mu     sync.Mutex
	idle   []*http.Transport
}

func newNetwork() *network {
	return &network{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (n *network) Accept() (net.Conn, error) {
	select {
	case c := <-n.conns:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *network) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

func (n *network) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// client dials from an address.
func (n *network) client(ip string) *http.Client {
	t := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		here, there := net.Pipe()
		select {
		case n.conns <- addressed{there, &net.TCPAddr{IP: net.ParseIP(ip), Port: 4711}}:
			return here, nil
		case <-n.closed:
			return nil, errors.New("nobody listens")
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.idle = append(n.idle, t)
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// hangUp closes the clients' idle connections.
func (n *network) hangUp() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, t := range n.idle {
		t.CloseIdleConnections()
	}
}

type addressed struct {
	net.Conn
	remote net.Addr
}

func (a addressed) RemoteAddr() net.Addr { return a.remote }

// engineConfig shortens what tests adjust.
type engineConfig = engine.Config

// agentID is the id of the world's agent.
func agentID(t *testing.T, w *world) chat.AgentID {
	t.Helper()
	agents, err := w.node.Operator().Agents(t.Context())
	w.must(err)
	return agents[0].ID
}
