package engine_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// weather says how often the store fails, in percent of its calls.
type weather int

const (
	calm  weather = 0
	rough weather = 15
	storm weather = 80
)

// moody is a store that fails in every way that the contract allows. What it began for a caller who gave up may still happen, and late.
type moody struct {
	persistence.Store
	late sync.WaitGroup

	mu      sync.Mutex
	random  *rand.Rand
	weather weather
}

func newMoody(s persistence.Store, seed uint64) *moody {
	return &moody{Store: s, random: rand.New(rand.NewPCG(seed, 2))}
}

// Close leaves closing to the simulation: the store outlives the node, as a disk does.
func (*moody) Close() error { return nil }

func (s *moody) set(w weather) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.weather = w
}

// The ways to fail.
type mood int

const (
	fine      mood = iota
	refuses        // nothing happens, for a reason that the contract does not name
	busy           // nothing happens
	full           // nothing happens
	slow           // it happens, unless the caller gives up first
	forgets        // it happens, and the caller never hears of it
	dawdles        // it happens after the caller gave up
	moodCount      // how many there are
)

func (s *moody) mood() (mood, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.random.IntN(100) >= int(s.weather) {
		return fine, 0
	}
	return mood(1 + s.random.IntN(int(moodCount)-1)), time.Duration(s.random.IntN(4000)) * time.Millisecond
}

var errMood = errors.New("the disk says no")

// do does something in the store's mood. Reads are not refused in the words for writes.
func (s *moody) do(ctx context.Context, write bool, f func(context.Context) error) error {
	switch m, d := s.mood(); {
	case m == fine:
		return f(ctx)
	case m == refuses, !write && (m == busy || m == full):
		return errMood
	case m == busy:
		return persistence.ErrBusy
	case m == full:
		return persistence.ErrFull
	case m == slow:
		if err := pause(ctx, d); err != nil {
			return err
		}
		return f(ctx)
	case m == forgets:
		_ = f(ctx) // nobody is told
		<-ctx.Done()
		return ctx.Err()
	default:
		late := context.WithoutCancel(ctx)
		s.late.Go(func() {
			<-ctx.Done()
			_ = pause(late, d)
			_ = f(late) // nobody is told
		})
		<-ctx.Done()
		return ctx.Err()
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *moody) Commit(ctx context.Context, c *persistence.Commit) (persistence.Committed, error) {
	step := *c
	var got persistence.Committed // a caller who gave up does not look at it
	err := s.do(ctx, true, func(ctx context.Context) (err error) {
		got, err = s.Store.Commit(ctx, &step)
		return err
	})
	if err != nil {
		return persistence.Committed{}, err
	}
	return got, nil
}

func (s *moody) Erase(ctx context.Context, e persistence.Erasure) error {
	return s.do(ctx, true, func(ctx context.Context) error { return s.Store.Erase(ctx, e) })
}

func (s *moody) Load(ctx context.Context, website chat.WebsiteID, id chat.SessionID) (*persistence.Record, error) {
	if m, _ := s.mood(); m != fine {
		return nil, errMood
	}
	return s.Store.Load(ctx, website, id)
}

func (s *moody) Messages(
	ctx context.Context, website chat.WebsiteID, id chat.SessionID, p persistence.Page,
) ([]persistence.Entry, bool, error) {
	if m, _ := s.mood(); m != fine {
		return nil, false, errMood
	}
	return s.Store.Messages(ctx, website, id, p)
}

func (s *moody) Notes(ctx context.Context, website chat.WebsiteID, id chat.SessionID, p persistence.NotePage) ([]persistence.Entry, error) {
	if m, _ := s.mood(); m != fine {
		return nil, errMood
	}
	return s.Store.Notes(ctx, website, id, p)
}
