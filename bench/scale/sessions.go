package scale

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/bench/load"
	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/target"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/engine"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
	"github.com/parlor-chat/parlor/protocol"
)

// Sessions makes temporary sessions, uses them for two pages, leaves them, and lets them expire: first many that stay, for their memory, then
// as many a second as can be. Of a node it has the actors and their store; connections are values that count what they are sent, so that
// what sockets and handshakes cost is not in it.
type Sessions struct {
	// Kept is how many stay for the measurement of their memory.
	Kept int
	// Lifetime is that of the sessions that expire (P7), in place of 30 minutes; their actors stay for the thirtieth part of it, as by default.
	// Most is how many of those are in memory at most.
	Lifetime time.Duration
	Most     int
	Warmup   time.Duration
	Duration time.Duration
}

// SessionsFigures are what Sessions measures.
func SessionsFigures() []report.Figure {
	return []report.Figure{
		{Name: "sessions_per_s", Label: "sessions/s", Better: report.More},
		{Name: "cpu_us", Label: "CPU µs/session", Digits: 1, Better: report.Less},
		{Name: "session_bytes", Label: "bytes of a session", Better: report.Less},
	}
}

// Run implements load.Scenario. It measures the process that it runs in, and no target.
func (s Sessions) Run(ctx context.Context, _ target.Target) (found load.Result, err error) {
	found.Figures = make(report.Figures)
	engine.Default().Memory.Apply() // as a node has it
	if err := s.keep(ctx, found.Figures); err != nil {
		return found, err
	}
	return found, s.expire(ctx, found.Figures)
}

// life is a lifetime with an idle time that is to the scenario's as the default is to 30 minutes.
func (s Sessions) life(temporary time.Duration) chat.Lifetime {
	d := chat.DefaultLifetime()
	return chat.Lifetime{Temporary: temporary, Idle: s.Lifetime / (d.Temporary / d.Idle)}
}

// pause waits.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// keep measures the memory of sessions whose visitors have left.
func (s Sessions) keep(ctx context.Context, f report.Figures) (err error) {
	i, err := openInside(ctx, s.life(chat.DefaultLifetime().Temporary))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.close()) }()
	before, err := memory()
	if err != nil {
		return err
	}
	if err := i.live(ctx, int64(s.Kept), nil); err != nil {
		return err
	}
	for i.system.Stats().Resting.Load() < int64(s.Kept) {
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	after, err := memory()
	f["session_bytes"] = float64(after-before) / float64(s.Kept)
	return err
}

// expire measures how many whole lives fit into a second.
func (s Sessions) expire(ctx context.Context, f report.Figures) (err error) {
	i, err := openInside(ctx, s.life(s.Lifetime))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, i.close()) }()
	ctx, cancel := context.WithTimeout(ctx, s.Lifetime+s.Warmup+s.Duration)
	defer cancel()
	lives := make(chan error, 1)
	go func() {
		lives <- i.live(ctx, 1<<62, func() bool { return i.system.Stats().Sessions.Load() < int64(s.Most) })
	}()
	expired := &i.system.Stats().Expired
	measured, err := s.measure(ctx, expired)
	cancel()
	if e := <-lives; e != nil && !errors.Is(e, context.DeadlineExceeded) && !errors.Is(e, context.Canceled) {
		err = errors.Join(err, e)
	}
	f["sessions_per_s"], f["cpu_us"] = measured.perSecond, measured.cpu
	return err
}

// span is what was counted over a time.
type span struct{ perSecond, cpu float64 }

// measure counts from when the first ones expire, and the warm-up has passed.
func (s Sessions) measure(ctx context.Context, count *atomic.Int64) (span, error) {
	if err := pause(ctx, s.Lifetime+s.Warmup); err != nil {
		return span{}, err
	}
	cpu, since, before := processCPU(), time.Now(), count.Load()
	<-ctx.Done() // it ends with the measurement
	n := float64(count.Load() - before)
	if n == 0 {
		return span{}, errors.New("scale: no session expired")
	}
	return span{n / time.Since(since).Seconds(), float64((processCPU() - cpu).Microseconds()) / n}, nil
}

// inside is a node's actors and store.
type inside struct {
	dir     string
	store   *pebblestore.Store
	system  *actors.System
	website chat.WebsiteID
}

func openInside(ctx context.Context, life chat.Lifetime) (i *inside, err error) {
	i = new(inside)
	defer func() {
		if err != nil {
			err = errors.Join(err, i.close())
		}
	}()
	if i.dir, err = os.MkdirTemp("", "parlor-scale-"); err != nil {
		return i, fmt.Errorf("scale: %w", err)
	}
	log := slog.New(slog.DiscardHandler)
	if i.store, err = pebblestore.Open(pebblestore.Options{Dir: i.dir, Logger: log}); err != nil {
		return i, err
	}
	website := engine.NewWebsite("Shop")
	website.ID = chat.NewWebsiteID(random())
	if err := i.store.PutWebsite(ctx, website); err != nil {
		return i, err
	}
	i.website = website.ID
	i.system, err = actors.Start(ctx, actors.Config{Store: i.store, Lifetime: life, Limits: chat.DefaultLimits(), Logger: log})
	return i, err
}

// stopping bounds how long the actors may take to end.
const stopping = 2 * time.Minute

func (i *inside) close() (err error) {
	if i.system != nil {
		ctx, cancel := context.WithTimeout(context.Background(), stopping)
		defer cancel()
		err = i.system.Stop(ctx)
	}
	if i.store != nil {
		err = errors.Join(err, i.store.Close())
	}
	return errors.Join(err, os.RemoveAll(i.dir))
}

// live has n visitors come and go, many at once. It waits whenever may, where there is one, says so.
func (i *inside) live(ctx context.Context, n int64, may func() bool) error {
	var visitors sync.WaitGroup
	var begun atomic.Int64
	errs := make([]error, 32*runtime.GOMAXPROCS(0)) // enough to keep all processors at it
	for w := range errs {
		visitors.Go(func() {
			for errs[w] == nil && begun.Add(1) <= n {
				errs[w] = i.visit(ctx, may)
			}
		})
	}
	visitors.Wait()
	return errors.Join(errs...)
}

// visit is one visitor's: two pages, and gone.
func (i *inside) visit(ctx context.Context, may func() bool) error {
	for may != nil && !may() {
		if err := pause(ctx, time.Millisecond); err != nil {
			return err
		}
	}
	v := &listener{handled: make(chan struct{}, 1)}
	session, secret := chat.NewSessionID(random()), random()
	a := actors.Attach{
		Website: i.website, Session: session, Create: true, Fresh: true, Conn: v, Access: chat.Access{
			Addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte(secret[:4])), 4711), Locale: "en", Timezone: "Europe/Berlin", Browser: "Firefox 128",
			System: "Linux", Page: page("https://www.example.com/"),
		},
		Welcome: protocol.VisitorWelcome{Website: protocol.WebsiteInfo{ID: i.website, Name: "Shop"}, Token: session.String()},
	}
	copy(a.SecretHash[:], secret[:])
	if err := i.system.Attach(ctx, a); err != nil {
		return fmt.Errorf("scale: attach: %w", err)
	}
	i.system.Command(actors.Command{
		Website: i.website, Session: session, From: chat.Participant{Role: chat.RoleVisitor},
		Command: chat.VisitPage{Page: page("https://www.example.com/pricing")}, Conn: v,
	})
	<-v.handled
	i.system.Detach(i.website, session, v)
	if v.refused.Load() || v.frames.Load() == 0 {
		return errors.New("scale: a session did not do what was asked")
	}
	return nil
}

// page is one of the website's; its texts are copies of their own, as those of a decoded frame are.
func page(url string) chat.Page {
	return chat.Page{URL: string([]byte(url)), Title: string([]byte("A page of the shop"))}
}

func random() (b [16]byte) {
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return b
}

// listener is a connection that counts.
type listener struct {
	frames  atomic.Int32
	refused atomic.Bool
	handled chan struct{}
}

// Send implements actors.Connection.
func (l *listener) Send([]byte) { l.frames.Add(1) }

// SendNow implements actors.Connection.
func (l *listener) SendNow([]byte) { l.frames.Add(1) }

// Close implements actors.Connection: no session has a reason to.
func (l *listener) Close(protocol.CloseCode) { l.refused.Store(true) }

// Handled implements actors.Connection.
func (l *listener) Handled() { l.handled <- struct{}{} }
