package actors

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/workers"
	"github.com/parlor-chat/parlor/persistence"
)

// ErrUnknownSession answers Attach without Create: there is no such session, or the secret is not its own, or it was erased. The three
// are one on purpose: nobody learns which ids exist.
var ErrUnknownSession = errors.New("actors: unknown session")

// Config is what a system needs.
type Config struct {
	Store    persistence.Store
	Lifetime chat.Lifetime
	Limits   chat.Limits
	// Temporary is how many temporary sessions may be in memory; 0: no limit. Each shard has its part of it, so that some are refused or end
	// before the last place of all is taken.
	Temporary int
	// CommitTimeout is how long a session waits for its store before it tells the client (G11). Zero: 3 s.
	CommitTimeout time.Duration
	// OnBlocked, when there is one, hears of each conversation whose visitor an agent blocked, or unblocked. It must not block.
	OnBlocked func(Blocked)
	// Policy tells the version of a website's policy document, for the audit log; nil: they have none.
	Policy func(chat.Website) string
	Logger *slog.Logger
}

const defaultCommitTimeout = 3 * time.Second

// System runs the actors of one node. Its methods may be called from many goroutines at once, between Start and Stop.
type System struct {
	store    persistence.Store
	lifetime chat.Lifetime
	limits   chat.Limits
	crowd    crowd
	blocked  func(Blocked)
	waits    deadlines
	log      *slog.Logger
	stats    Stats

	actors   *actor.ActorSystem
	shards   [persistence.Shards]route
	gateway  *Gateway
	janitor  *actor.PID
	websites *websites
	sessions *actor.Props
	websiteP *actor.Props
	workers  *workers.Pool[func()]

	stop sync.Once
	// left are the temporary sessions that rested when the system stopped, by shard.
	left [][]*rested
}

// Start claims all shards in the store and starts their actors.
func Start(ctx context.Context, c Config) (*System, error) {
	if c.CommitTimeout <= 0 {
		c.CommitTimeout = defaultCommitTimeout
	}
	s := &System{
		store: c.Store, lifetime: c.Lifetime, limits: c.Limits, crowd: newCrowd(c.Temporary), blocked: c.OnBlocked,
		waits: deadlines{timeout: c.CommitTimeout}, log: c.Logger,
		websites: newWebsites(c),
		workers:  workers.New(func(run func()) { run() }, workers.DefaultIdle),
	}
	if err := s.claimShards(ctx); err != nil {
		return nil, err
	}
	s.actors = actor.NewActorSystem(
		actor.WithDeadLetterRequestLogging(false),
		actor.WithDeadLetterThrottleInterval(time.Millisecond), // a goroutine outlives the system by this long
		actor.WithLoggerFactory(func(*actor.ActorSystem) *slog.Logger { return quiet(c.Logger) }),
	)
	s.sessions = props(func() actor.Actor { return &session{sys: s} }, s.onWorkers())
	s.websiteP = props(func() actor.Actor { return newWebsite(s) }, s.onWorkers())
	s.actors.EventStream.Subscribe(s.undelivered)
	for i := range s.shards {
		r := &s.shards[i]
		r.sessions, r.websites = make(map[chat.SessionID]*child), make(map[chat.WebsiteID]*actor.PID)
		r.shard = s.actors.Root.Spawn(props(func() actor.Actor { return newShard(s, r) }, supervised(), s.onWorkers()))
	}
	s.gateway = newGateway(s.actors)
	s.janitor = s.actors.Root.Spawn(props(func() actor.Actor { return newJanitor(s) }))
	return s, nil
}

// claimShards makes this system the owner of all shards, all at once: one after the other would sync the disk 256 times.
func (s *System) claimShards(ctx context.Context) error {
	var claims sync.WaitGroup
	errs := make([]error, len(s.shards))
	for i := range s.shards {
		claims.Go(func() { s.shards[i].epoch, errs[i] = s.store.Claim(ctx, uint16(i)) })
	}
	claims.Wait()
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("actors: claim shards: %w", err)
	}
	return nil
}

// props are the same for all actors of a kind: one value for all spares a hundred bytes each. The lock-free mailbox is the smaller one.
func props(producer actor.Producer, more ...actor.PropsOption) *actor.Props {
	options := append([]actor.PropsOption{actor.WithMailbox(actor.UnboundedLockfree())}, more...)
	return actor.PropsFromProducer(producer, options...)
}

// dispatcher runs actors on goroutines that keep their stacks: for most sessions a message comes alone, and growing a new stack for it takes
// longer than the message.
type dispatcher struct{ workers *workers.Pool[func()] }

func (s *System) onWorkers() actor.PropsOption { return actor.WithDispatcher(dispatcher{s.workers}) }

// Schedule implements actor.Dispatcher.
func (d dispatcher) Schedule(run func()) { d.workers.Go(run) }

// Throughput implements actor.Dispatcher: after how many messages others may have the processor; protoactor's own number.
func (dispatcher) Throughput() int { return 300 }

// supervised restarts a failed child with a delay that grows with its failures, where the default would restart it eleven times within
// a millisecond.
func supervised() actor.PropsOption {
	return actor.WithSupervisor(actor.NewExponentialBackoffStrategy(time.Minute, 100*time.Millisecond))
}

// Stop ends all actors: sessions write what they still hold, then stop. It waits until all are gone or ctx ends; a second call does nothing.
// Connections must have been closed before. What temporary sessions leave behind is then in Left.
func (s *System) Stop(ctx context.Context) (err error) {
	s.stop.Do(func() {
		err = s.drainShards(ctx)
		s.gateway.stop()
		defer s.waits.stop()
		for _, pid := range append(s.shardPIDs(), s.janitor) {
			if e := s.actors.Root.PoisonFuture(pid).Wait(); e != nil {
				err = errors.Join(err, e)
			}
		}
		s.actors.Shutdown()
		s.workers.Close()
	})
	return err
}

func (s *System) shardPIDs() []*actor.PID {
	pids := make([]*actor.PID, len(s.shards))
	for i := range s.shards {
		pids[i] = s.shards[i].shard
	}
	return pids
}

func (s *System) drainShards(ctx context.Context) error {
	done := make(chan []*rested, len(s.shards))
	for i := range s.shards {
		s.actors.Root.Send(s.shards[i].shard, &drain{done})
	}
	for range s.shards {
		select {
		case left := <-done:
			s.left = append(s.left, left)
		case <-ctx.Done():
			return fmt.Errorf("actors: drain: %w", context.Cause(ctx))
		}
	}
	return nil
}

// Attach joins a visitor's connection to its session and waits for the answer. On success the connection has been sent a welcome frame
// and what it missed. Errors: ErrUnknownSession, a *chat.Error, or the end of ctx; in the last case Detach must still be called.
func (s *System) Attach(ctx context.Context, a Attach) error {
	result := make(chan error, 1)
	a.result = result
	s.toSession(a.Website, a.Session, &a)
	select {
	case err := <-result:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Detach ends a connection's part in a session, a visitor's as well as an agent's.
func (s *System) Detach(website chat.WebsiteID, session chat.SessionID, conn Connection) {
	s.toSession(website, session, detach{conn: conn})
}

// Leave is Detach, and waits until nothing more comes from the session. Errors: the end of ctx.
func (s *System) Leave(ctx context.Context, website chat.WebsiteID, session chat.SessionID, conn Connection) error {
	done := make(chan struct{})
	s.toSession(website, session, detach{conn, done})
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Command hands a command to its session. It never blocks.
func (s *System) Command(c Command) {
	m := &commandToSession{command: c}
	m.toSession = toSession{website: c.Website, id: c.Session, body: &m.command}
	s.shards[shardOf(c.Session)].send(s.actors.Root, &m.toSession)
}

// Open joins an agent's connection to a session.
func (s *System) Open(o Open) { s.toSession(o.Website, o.Session, &o) }

// Subscribe shows a website's inbox.
func (s *System) Subscribe(b Subscribe) { s.toWebsite(b.Website, &b) }

// Unsubscribe ends what Subscribe and WatchVisitors began.
func (s *System) Unsubscribe(website chat.WebsiteID, conn Connection) {
	s.toWebsite(website, unsubscribe{conn})
}

// WatchVisitors shows the live visitors.
func (s *System) WatchVisitors(w WatchVisitors) { s.toWebsite(w.Website, &w) }

func (s *System) toSession(website chat.WebsiteID, id chat.SessionID, body any) {
	s.shards[shardOf(id)].send(s.actors.Root, &toSession{website: website, id: id, body: body})
}

func (s *System) toWebsite(id chat.WebsiteID, body any) {
	s.shards[shardOf(id)].sendWebsite(s.actors.Root, id, body)
}

// shardOf finds an id's shard. Ids are random, so any of their bytes is a hash; the last one is not among those that the UUID version fixes.
func shardOf[ID ~[16]byte](id ID) uint16 { return uint16(id[15]) }

// randomID returns 16 random bytes.
func randomID() (b [16]byte) {
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return b
}

// undelivered answers what was sent to an actor that is gone, so that nobody waits for nothing. A timer that came too late is nothing.
func (s *System) undelivered(event any) {
	letter, ok := event.(*actor.DeadLetterEvent)
	if !ok {
		return
	}
	switch m := letter.Message.(type) {
	case *toSession:
		s.stats.DeadLetters.Add(1)
		refuseUndelivered(m.body)
	case *Attach, *Command, *Open, *Subscribe, *WatchVisitors:
		s.stats.DeadLetters.Add(1)
		refuseUndelivered(m)
	}
}

// Limits are those that visitors' messages are held to.
func (s *System) Limits() chat.Limits { return s.limits }
