package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parlor-chat/parlor/accounts"
	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/engine/handover"
	"github.com/parlor-chat/parlor/internal/systemd"
	"github.com/parlor-chat/parlor/networks"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
	"github.com/parlor-chat/parlor/policy"
	"github.com/parlor-chat/parlor/protocol"
	"github.com/parlor-chat/parlor/transport"
	"github.com/parlor-chat/parlor/transport/socket"
	"github.com/parlor-chat/parlor/web"
)

// Options replace parts of a node, for tests and for programs that embed it. The zero value replaces nothing.
type Options struct {
	// Store is used instead of the data directory. The node closes it.
	Store persistence.Store
	// Listener and AdminListener are served instead of the configured addresses. The node closes them.
	Listener, AdminListener net.Listener
	// Manager is the service manager that is told of the node's state and keeps temporary sessions across a restart; nil without one.
	Manager *systemd.Manager
	// RuntimeDir is a directory that lives as long as the service, empty without one.
	RuntimeDir string
	// Logger receives the node's log; nil discards it.
	Logger *slog.Logger
}

// Node is one running Parlor. Its methods may be called from any goroutine.
type Node struct {
	config  Config
	options Options
	log     *slog.Logger

	store     persistence.Store
	accounts  *accounts.Accounts
	verdicts  *networks.Verdicts
	operator  *Operator
	system    *actors.System
	transport *transport.Transport
	public    *http.Server
	admin     *http.Server
	urls      []string
	adminURL  string
	control   *controlFile
	// descriptors are shared by connections and store.
	descriptors *descriptors
	handover    handover.Place
	demo        Demo

	ready   atomic.Bool
	serving sync.WaitGroup
	failed  chan error
	stop    sync.Once
	stopped error
}

// New checks the configuration. Errors: every problem of it at once.
func New(c Config, o Options) (*Node, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Node{
		config: c, options: o, log: o.Logger, failed: make(chan error, 2),
		handover: handover.Place{Manager: o.Manager, DataDir: c.Store.Dir},
	}, nil
}

// Start makes the node serve. On an error everything that was begun has been ended again. Errors say what the operator can do.
func (n *Node) Start(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			_ = n.Stop(ctx) // the first error is the one to tell
		}
	}()
	if n.handover.Dir, err = n.handoverDir(); err != nil {
		return err
	}
	listener, err := n.listen(n.options.Listener, n.config.HTTP.Listen, "http.listen")
	if err != nil {
		return err
	}
	n.public = n.server(nil)
	n.descriptors = shareDescriptors(0)
	if n.options.Listener == nil {
		n.descriptors = shareDescriptors(descriptorLimit())
	}
	defer closeUnlessServed(&err, listener)
	adminListener, err := n.listenAdmin()
	if err != nil {
		return err
	}
	defer closeUnlessServed(&err, adminListener)
	if err := n.openStore(); err != nil {
		return err
	}
	n.urls = n.publicURLs(listener.Addr())
	if err := n.assemble(ctx); err != nil {
		return err
	}
	n.takeOver()
	n.descriptors.watch(n.public, n.transport.Sockets)
	n.serve(n.public, n.transport.Handler(), listener)
	if adminListener != nil {
		if err := n.serveAdmin(adminListener); err != nil {
			return err
		}
	}
	n.ready.Store(true)
	n.tell("started", n.options.Manager.Ready())
	return nil
}

func closeUnlessServed(err *error, l net.Listener) {
	if *err != nil && l != nil {
		_ = l.Close() // closing twice is harmless
	}
}

// assemble builds the node from its store upwards.
func (n *Node) assemble(ctx context.Context) error {
	key, err := n.store.DeploymentKey(ctx)
	if err != nil {
		return fmt.Errorf("engine: deployment key: %w", err)
	}
	n.accounts = accounts.New(n.store)
	n.handover.Key = key
	n.operator = &Operator{store: n.store, accounts: n.accounts, config: n.config}
	if n.config.Demo {
		if n.demo, err = n.operator.ensureDemo(ctx); err != nil {
			return fmt.Errorf("engine: demo: %w", err)
		}
	}
	if n.verdicts, err = n.config.verdicts(ctx, n.store, n.log); err != nil {
		return err
	}
	n.operator.verdicts = n.verdicts
	temporary, err := n.config.Limits.temporarySessions(debug.SetMemoryLimit(-1))
	if err != nil {
		return err
	}
	n.system, err = actors.Start(ctx, actors.Config{
		Store:         n.store,
		Lifetime:      chat.Lifetime{Temporary: n.config.Sessions.Temporary, Idle: n.config.Sessions.Idle},
		Limits:        chat.Limits{PerSecond: n.config.Limits.MessagesPerSecond, Burst: n.config.Limits.MessagesBurst},
		Temporary:     temporary,
		CommitTimeout: n.config.Timeouts.Commit,
		OnBlocked:     func(b actors.Blocked) { n.verdicts.Blocked(b.Session, b.Addr, b.Blocked) },
		Policy:        func(w chat.Website) string { return policy.Describe(n.config.PolicyFacts(), w).Version() },
		Logger:        n.log,
	})
	if err != nil {
		return err
	}
	if err := n.makeUp(ctx); err != nil {
		return err
	}
	n.operator.system, n.operator.onWebsite = n.system, n.system.WebsiteChanged
	n.transport = transport.New(n.transportConfig(key))
	return nil
}

func (n *Node) transportConfig(key [32]byte) transport.Config {
	l := n.config.Limits
	return transport.Config{
		System: n.system, Accounts: n.accounts, PublicURLs: n.urls, TrustedProxies: n.config.trustedProxies(),
		CookiePrefix: n.config.Cookies.Prefix, DeploymentKey: key,
		Visitor: n.socketLimits(l.VisitorFrameBytes, l.VisitorOutboxBytes),
		Agent:   n.socketLimits(l.AgentFrameBytes, l.AgentOutboxBytes),
		Pending: l.Pending,
		Sockets: transport.SocketLimits{
			Total: n.descriptors.atMost(l.Sockets), PerAddress: l.SocketsPerAddress, Per24: l.SocketsPer24, Per48: l.SocketsPer48,
		},
		Messages: networks.NewRates(chat.Limits{PerSecond: l.AddressMessagesPerSecond, Burst: l.AddressMessagesBurst}, l.NetworkFactor),
		Sessions: networks.NewRates(chat.Limits{PerSecond: l.AddressSessionsPerMinute / 60, Burst: l.AddressSessionsBurst}, l.NetworkFactor),
		Verdicts: n.verdicts,
		Assets:   web.Assets(), DemoWebsite: n.demo.Website,
		Policy: policy.Handler(n.operator.describe), Export: n.operator.exportForAgent,
		Logger: n.log,
	}
}

func (n *Node) socketLimits(messageBytes, outboxBytes int) socket.Limits {
	t := n.config.Timeouts
	return socket.Limits{
		Subprotocol: protocol.Subprotocol, MessageBytes: messageBytes, OutboxBytes: outboxBytes,
		First: t.FirstFrame, Message: t.Message, Ping: t.Ping, Pong: t.Pong,
		Parked: n.config.HTTP.Park,
	}
}

func (n *Node) openStore() error {
	if n.options.Store != nil {
		n.store = n.options.Store
		return nil
	}
	store, err := pebblestore.Open(pebblestore.Options{Dir: n.config.Store.Dir, Logger: n.log, OpenFiles: n.descriptors.store})
	if err != nil {
		return err
	}
	n.store = store
	return nil
}

// Bounds of a request: who is slower or longer than this is not a browser in good faith.
const (
	headerTimeout  = 5 * time.Second
	requestTimeout = 15 * time.Second
	answerTimeout  = 30 * time.Second
	keepAlive      = 60 * time.Second
	maxHeaderBytes = 8 << 10
)

func (n *Node) server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout, WriteTimeout: answerTimeout, IdleTimeout: keepAlive,
		MaxHeaderBytes: maxHeaderBytes,
		// net/http names the peer's address in what it logs, which is not for logs (P9).
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
}

// serve runs a server beside the node until Stop; an end that nobody asked for arrives at Failed.
func (n *Node) serve(s *http.Server, h http.Handler, l net.Listener) {
	s.Handler = h
	n.serving.Go(func() {
		if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			n.failed <- fmt.Errorf("engine: serve: %w", err)
		}
	})
}

// Failed delivers the error that ended serving without Stop.
func (n *Node) Failed() <-chan error { return n.failed }

// Ready reports whether the node serves and its store works.
func (n *Node) Ready(ctx context.Context) error {
	if !n.ready.Load() {
		return errors.New("not serving")
	}
	return n.store.Health(ctx)
}

// URL is the first public URL. Valid after Start.
func (n *Node) URL() string { return n.urls[0] }

// AdminURL is the URL of the admin listener, empty without one. Valid after Start.
func (n *Node) AdminURL() string { return n.adminURL }

// Sessions is the number of sessions in memory. Valid after Start.
func (n *Node) Sessions() int { return int(n.system.Stats().Sessions.Load()) }

// Operator changes websites and agents. Valid after Start.
func (n *Node) Operator() *Operator { return n.operator }

// Demo tells what the demo consists of; the zero value without one.
func (n *Node) Demo() Demo { return n.demo }

// Stop ends the node in order, so that nothing acknowledged is lost and every client is told to come back. It waits, for at most the drain
// timeout or until ctx ends, and then cuts off what is left. The second call returns what the first did.
func (n *Node) Stop(ctx context.Context) error {
	n.stop.Do(func() { n.stopped = n.shutdown(ctx) })
	return n.stopped
}

// end lets a server's requests end, or cuts them off when ctx ends.
func end(ctx context.Context, s *http.Server) error {
	if s == nil || s.Shutdown(ctx) == nil {
		return nil
	}
	return s.Close()
}

func (n *Node) shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, n.config.Timeouts.Drain, errors.New("the drain timeout ended"))
	defer cancel()
	n.ready.Store(false)
	n.tell("stopping", n.options.Manager.Stopping())
	var errs []error
	did := func(what string, err error) {
		if err != nil {
			errs = append(errs, fmt.Errorf("engine: %s: %w", what, err))
		}
	}
	public := make(chan error, 1)
	go func() { public <- end(ctx, n.public) }() // who comes back already is refused by the system, at no cost to those who are still there
	if n.transport != nil {
		did("drain", n.transport.Drain(ctx))
	}
	did("close", <-public)
	did("close", end(ctx, n.admin))
	n.serving.Wait()
	if n.system != nil {
		// The actors write what they hold even when the clients took all the time.
		flush, done := context.WithTimeout(context.WithoutCancel(ctx), n.config.Timeouts.Commit+time.Second)
		did("stop the actors", n.system.Stop(flush))
		done()
		n.handOver()
	}
	if n.verdicts != nil {
		n.verdicts.Stop()
	}
	if n.control != nil {
		did("control file", n.control.remove())
	}
	if n.store != nil {
		did("close the store", n.store.Close())
	}
	return errors.Join(errs...)
}
