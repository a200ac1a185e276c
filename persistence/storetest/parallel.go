package storetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

func parallelTests() []test {
	return []test{
		{"one id 1000 times is one message", parallelRepeat},
		{"of many writers of one version one wins", parallelConflict},
		{"sessions advance side by side", parallelSessions},
		{"after a claim nothing of the earlier owner arrives", parallelClaim},
		{"after an erase nothing arrives", parallelErase},
		{"claims get different epochs", parallelClaims},
		{"one e-mail address goes to one agent", parallelEmail},
		{"one deployment key for all", parallelKey},
	}
}

// each calls f for 0 to n-1 at once and waits.
func each(n int, f func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { f(i) })
	}
	wg.Wait()
}

// parallelRepeat is row 40 of the list of bad input.
func parallelRepeat(t *testing.T, s persistence.Store) {
	const times = 1000
	w := newWriter(t, s, 1, 1)
	w.post(t, 1)
	step := w.step(1, 0)
	step.Dedupes = dedupe(1, 1, 2)
	results, errs := make([]persistence.Committed, times), make([]error, times)
	each(times, func(i int) {
		c := *step
		results[i], errs[i] = s.Commit(t.Context(), &c)
	})
	stored := 0
	for i, r := range results {
		switch {
		case errs[i] != nil:
			t.Fatalf("commit: %v", errs[i])
		case r.Duplicate == nil:
			stored++
		case *r.Duplicate != step.Dedupes[0].Receipt:
			t.Fatalf("receipt %+v, want %+v", *r.Duplicate, step.Dedupes[0].Receipt)
		}
	}
	if stored != 1 {
		t.Fatalf("stored %d times", stored)
	}
	w.head = step.Head
	w.holds(t)
}

func parallelConflict(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	for range 20 {
		step := w.step(1, 1)
		errs := make([]error, 50)
		each(len(errs), func(i int) { _, errs[i] = s.Commit(t.Context(), step) })
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else {
				fails(t, "the losers", err, persistence.ErrConflict)
			}
		}
		if won != 1 {
			t.Fatalf("%d writers won", won)
		}
		w.head = step.Head
	}
	w.holds(t)
}

func parallelSessions(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 0)
	writers := make([]*writer, 64)
	each(len(writers), func(i int) {
		writers[i] = w.beside(uint32(i%3), uint32(i))
		for n := range 30 {
			c := writers[i].step(1, n%2)
			c.Dedupes = dedupe(1, uint32(n), c.Head.Seq)
			if got, err := s.Commit(t.Context(), c); err != nil || got.Duplicate != nil {
				t.Errorf("commit: %v, %v", got, err)
				return
			}
			writers[i].head = c.Head
		}
	})
	for _, w := range writers {
		w.holds(t)
	}
}

// parallelClaim takes a shard from writers who do not stop by themselves.
func parallelClaim(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 0)
	var running sync.WaitGroup
	writers := make([]*writer, 8)
	for i := range writers {
		writers[i] = w.beside(1, uint32(i))
		running.Go(func() { writers[i].writeUntil(t, persistence.ErrFenced) })
	}
	epoch := claim(t, s, w.shard)
	var stored []chat.Head
	for i := range writers {
		stored = append(stored, headOf(t, s, uint32(i)))
	}
	running.Wait()
	for i, w := range writers {
		same(t, "head after the claim", headOf(t, s, uint32(i)), stored[i])
		w.head, w.epoch = stored[i], epoch
		if stored[i].Version == 0 {
			w.head = newHead(1, uint32(i))
		}
		w.post(t, 1)
		w.holds(t)
	}
}

// writeUntil posts until the store refuses, which must be with the error.
func (w *writer) writeUntil(t *testing.T, want error) {
	for {
		c := w.step(1, 0)
		if _, err := w.store.Commit(t.Context(), c); err != nil {
			if !errors.Is(err, want) {
				t.Errorf("commit: %v, want %v", err, want)
			}
			return
		}
		w.head = c.Head
	}
}

// headOf is the stored head of a session of website 1, or the zero head.
func headOf(t testing.TB, s persistence.Store, session uint32) chat.Head {
	t.Helper()
	r, err := s.Load(t.Context(), websiteID(1), sessionID(session))
	if errors.Is(err, persistence.ErrNotFound) {
		return chat.Head{}
	}
	ok(t, "load", err)
	return r.Head
}

func parallelErase(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 0)
	var running sync.WaitGroup
	writers := make([]*writer, 8)
	for i := range writers {
		writers[i] = w.beside(1, uint32(i))
		running.Go(func() { writers[i].writeUntil(t, persistence.ErrErased) })
	}
	each(len(writers), func(i int) {
		if err := s.Erase(t.Context(), persistence.Erasure{Website: websiteID(1), Session: sessionID(uint32(i))}); err != nil {
			t.Errorf("erase: %v", err)
			return
		}
		if entries, _, err := s.Messages(t.Context(), websiteID(1), sessionID(uint32(i)), persistence.Page{}); err != nil || len(entries) > 0 {
			t.Errorf("after the erase: %d messages, error %v", len(entries), err)
		}
	})
	running.Wait()
	for _, w := range writers {
		isErased(t, w)
	}
}

func parallelClaims(t *testing.T, s persistence.Store) {
	epochs, errs := make([]uint64, 50), make([]error, 50)
	each(len(epochs), func(i int) { epochs[i], errs[i] = s.Claim(t.Context(), 3) })
	seen, highest := make(map[uint64]bool), uint64(0)
	for i, epoch := range epochs {
		ok(t, "claim", errs[i])
		if seen[epoch] {
			t.Fatalf("epoch %d twice", epoch)
		}
		seen[epoch], highest = true, max(highest, epoch)
	}
	w := &writer{store: s, shard: 3, epoch: highest, head: newHead(1, 1)}
	w.post(t, 1) // the highest one owns it
	if last := claim(t, s, 3); last <= highest {
		t.Fatalf("epoch %d after %d", last, highest)
	}
}

func parallelEmail(t *testing.T, s persistence.Store) {
	errs := make([]error, 20)
	each(len(errs), func(i int) { errs[i] = s.PutAgent(t.Context(), agent(uint32(i), "ann@example.com")) })
	got, err := s.AgentByEmail(t.Context(), "ann@example.com")
	ok(t, "agent by e-mail", err)
	for i, err := range errs {
		if agentID(uint32(i)) == got.ID {
			ok(t, "the agent who got it", err)
		} else {
			fails(t, "the others", err, persistence.ErrTaken)
		}
	}
	all, err := s.Agents(t.Context())
	ok(t, "agents", err)
	same(t, "agents", len(all), 1)
}

func parallelKey(t *testing.T, s persistence.Store) {
	keys, errs := make([][32]byte, 20), make([]error, 20)
	each(len(keys), func(i int) { keys[i], errs[i] = s.DeploymentKey(t.Context()) })
	for i := range keys {
		ok(t, "key", errs[i])
		same(t, "key", keys[i], keys[0])
	}
}
