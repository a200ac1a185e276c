package pebblestore_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

var crashSeeds = flag.Uint64("crashes", 30, "how many power losses to go through")

// TestPowerLoss takes the power away while sessions are written and deleted (GUARANTEES, T1). What was answered is there at the next start.
func TestPowerLoss(t *testing.T) {
	for seed := range *crashSeeds {
		if lost := losePower(t, seed, false); len(lost) > 0 {
			t.Fatalf("seed %d:\n%s", seed, strings.Join(lost, "\n"))
		}
	}
	figure.Note(t, "G1 G2 G3 G4", "%d power losses under 8 writers, each after up to 200 answered writes: 0 lost, 0 twice, 0 holes, every repeat answered "+
		"with the first number", *crashSeeds)
}

// TestPowerLossBites does so on a disk that does not sync the log. It must lose something, or TestPowerLoss proves nothing.
func TestPowerLossBites(t *testing.T) {
	for seed := range uint64(10) {
		if len(losePower(t, seed, true)) > 0 {
			return
		}
	}
	t.Fatal("ten power losses without a sync lost nothing")
}

// ledger is what was answered.
type ledger struct {
	mu      sync.Mutex
	heads   map[chat.SessionID]chat.Head
	deleted map[chat.SessionID]bool
	steps   int
}

func (l *ledger) stored(h chat.Head) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heads[h.ID] = h
	l.steps++
}

// losePower returns what is wrong after a power loss that comes after a number of steps which the seed decides.
func losePower(t *testing.T, seed uint64, lies bool) (problems []string) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 3))
	disk := vfs.NewCrashableMem()
	var fs vfs.FS = disk
	if lies {
		fs = newGated(disk, func() error { return errNotSynced })
	}
	s := openOn(t, fs)
	epoch := claim(t, s)
	l := &ledger{heads: make(map[chat.SessionID]chat.Head), deleted: make(map[chat.SessionID]bool)}
	ctx, stop := context.WithCancel(t.Context())
	var writing sync.WaitGroup
	for n := range uint64(8) {
		writing.Go(func() { l.write(ctx, newSession(s, epoch, n), rand.New(rand.NewPCG(seed, n))) })
	}
	for until := random.IntN(200); l.count() < until; {
		if err := s.Health(ctx); err != nil {
			t.Fatalf("health: %v", err)
		}
	}
	answered := l.snapshot()
	after := disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: random.IntN(3) * 40, RNG: random})
	stop()
	writing.Wait()
	mustClose(t, s)

	s, err := pebblestore.Open(pebblestore.Options{Dir: "/data", FS: after, Logger: quiet()})
	if err != nil {
		return []string{fmt.Sprintf("it does not open: %v", err)} // as when a log that another one follows was not synced
	}
	defer mustClose(t, s)
	epoch = claim(t, s)
	for id := range answered.deleted {
		if _, err := s.Load(t.Context(), site, id); !errors.Is(err, persistence.ErrErased) {
			problems = append(problems, fmt.Sprintf("the deletion of %s is lost: %v", id, err))
		}
	}
	for _, h := range answered.heads {
		if !answered.deleted[h.ID] {
			problems = append(problems, missing(t, s, epoch, h)...)
		}
	}
	return append(problems, disagreements(t, s)...)
}

func (l *ledger) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.steps
}

func (l *ledger) snapshot() *ledger {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := &ledger{heads: make(map[chat.SessionID]chat.Head), deleted: make(map[chat.SessionID]bool), steps: l.steps}
	for id, h := range l.heads {
		c.heads[id] = h
	}
	for id := range l.deleted {
		c.deleted[id] = true
	}
	return c
}

// write posts to a session, and sometimes deletes it, until ctx ends.
func (l *ledger) write(ctx context.Context, s *session, random *rand.Rand) {
	for ctx.Err() == nil {
		if random.IntN(100) == 0 {
			if s.store.Erase(ctx, persistence.Erasure{Website: site, Session: s.head.ID}) == nil {
				l.mu.Lock()
				l.deleted[s.head.ID] = true
				l.mu.Unlock()
			}
			return
		}
		c := s.step(frameOf(s.head.ID, s.head.Seq+1))
		c.Head.State = chat.State(random.IntN(3))
		if s.try(ctx, c) == nil {
			l.stored(s.head)
		}
	}
}

func frameOf(id chat.SessionID, seq uint64) []byte { return fmt.Appendf(nil, "%s says %d", id, seq) }

// missing tells what is not there of a session that was answered for up to a head.
func missing(t *testing.T, s persistence.Store, epoch uint64, want chat.Head) (problems []string) {
	t.Helper()
	say := func(format string, args ...any) {
		problems = append(problems, want.ID.String()+": "+fmt.Sprintf(format, args...))
	}
	r, err := s.Load(t.Context(), site, want.ID)
	if errors.Is(err, persistence.ErrErased) {
		return nil // its deletion was under way
	}
	if err != nil || r.Head.Version < want.Version {
		say("version %d was answered, and is %+v, %v", want.Version, r, err)
		return problems
	}
	for after := uint64(0); after < r.Head.Seq; after++ {
		entries, _, err := s.Messages(t.Context(), site, want.ID, persistence.Page{Before: after + 2, Limit: 1})
		if err != nil || len(entries) != 1 || entries[0].Seq != after+1 ||
			strings.TrimSuffix(string(entries[0].Frame), padding) != string(frameOf(want.ID, after+1)) {
			say("message %d of %d is %v, %v", after+1, r.Head.Seq, entries, err)
		}
	}
	again := &session{store: s, epoch: epoch, head: r.Head}
	for seq := uint64(1); seq <= r.Head.Seq; seq++ {
		c := again.step(frameOf(want.ID, seq))
		c.Dedupes[0].ID = idOf(seq)
		if got, err := s.Commit(t.Context(), c); err != nil || got.Duplicate == nil || got.Duplicate.Seq != seq {
			say("the repeat of %d was answered with %+v, %v", seq, got.Duplicate, err)
		}
	}
	if err := again.try(t.Context(), again.step(frameOf(want.ID, r.Head.Seq+1))); err != nil {
		say("it does not go on: %v", err)
	}
	return problems
}

// disagreements tells where inbox and sessions differ: every place has its session, each of them once.
func disagreements(t *testing.T, s persistence.Store) (problems []string) {
	t.Helper()
	page, err := s.Inbox(t.Context(), site, persistence.InboxQuery{Filter: persistence.FilterAll})
	if err != nil {
		return []string{fmt.Sprintf("the inbox: %v", err)}
	}
	seen := make(map[chat.SessionID]bool)
	for _, h := range page.Heads {
		if seen[h.ID] {
			problems = append(problems, fmt.Sprintf("%s is twice in the inbox", h.ID))
		}
		seen[h.ID] = true
	}
	if !slices.IsSortedFunc(page.Heads, func(a, b chat.Head) int {
		return persistence.PositionOf(&a).Compare(persistence.PositionOf(&b))
	}) {
		problems = append(problems, "the inbox is not in order")
	}
	return problems
}

func openOn(t testing.TB, fs vfs.FS) *pebblestore.Store {
	t.Helper()
	s, err := pebblestore.Open(pebblestore.Options{Dir: "/data", FS: fs, Logger: quiet()})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return s
}
