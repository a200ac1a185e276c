package storetest

import (
	"testing"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// runReopen checks what survives a restart.
func (s *suite) runReopen(t *testing.T) {
	for _, tt := range []struct {
		name string
		run  func(t *testing.T, store persistence.Store, reopen func() persistence.Store)
	}{
		{"sessions", reopenSessions},
		{"receipts", reopenReceipts},
		{"epochs", reopenEpochs},
		{"erased ids", reopenErased},
		{"audit log", reopenAudit},
		{"directory", reopenDirectory},
		{"networks", reopenNetworks},
		{"deployment key", reopenKey},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := s.open(t)
			t.Cleanup(func() { ok(t, "close", store.Close()) })
			tt.run(t, store, func() persistence.Store {
				store = s.reopen(t, store)
				return store
			})
		})
	}
}

func reopenSessions(t *testing.T, s persistence.Store, reopen func() persistence.Store) {
	w := newWriter(t, s, 1, 1)
	sent := full(t, w)
	resolved := w.beside(1, 2)
	resolved.conversation(t, 99, chat.StateResolved)
	w.store = reopen()
	resolved.store = w.store
	w.epoch = claim(t, w.store, w.shard)
	w.holds(t)
	resolved.holds(t)
	same(t, "visitor", w.load(t).Visitor, *visitor("Ann"))
	same(t, "open", inbox(t, w.store, 1, persistence.FilterOpen), []chat.Head{w.head})
	same(t, "resolved", inbox(t, w.store, 1, persistence.FilterResolved), []chat.Head{resolved.head})
	sent.Epoch = w.epoch
	w.repeats(t, sent, sent.Dedupes[0].Receipt)
	w.post(t, 1)
	w.holds(t)
}

// reopenReceipts repeats steps of a short and of a long session, before and between new ones.
func reopenReceipts(t *testing.T, s persistence.Store, reopen func() persistence.Store) {
	short := newWriter(t, s, 1, 1)
	long := short.beside(1, 2)
	sent := make(map[*writer][]*persistence.Commit)
	for w, n := range map[*writer]uint32{short: 20, long: 300} {
		for i := range n {
			c := w.step(1, 0)
			c.Dedupes = dedupe(i%2, i, c.Head.Seq)
			w.commit(t, c)
			sent[w] = append(sent[w], c)
		}
	}
	store := reopen()
	epoch := claim(t, store, short.shard)
	for w, steps := range sent {
		w.store, w.epoch = store, epoch
		for i, c := range steps {
			c.Epoch = epoch
			w.repeats(t, c, c.Dedupes[0].Receipt)
			if i%5 == 0 {
				fresh := w.step(1, 0)
				fresh.Dedupes = dedupe(9, uint32(i), fresh.Head.Seq)
				w.commit(t, fresh)
				w.repeats(t, fresh, fresh.Dedupes[0].Receipt)
			}
		}
		w.holds(t)
	}
}

func reopenEpochs(t *testing.T, s persistence.Store, reopen func() persistence.Store) {
	w := newWriter(t, s, 1, 1)
	w.post(t, 1)
	for range 3 {
		stale := w.epoch
		w.store = reopen()
		if w.epoch = claim(t, w.store, w.shard); w.epoch <= stale {
			t.Fatalf("epoch %d after %d", w.epoch, stale)
		}
		c := w.step(1, 0)
		c.Epoch = stale
		w.refused(t, c, persistence.ErrFenced)
		w.post(t, 1)
	}
	w.holds(t)
}

func reopenErased(t *testing.T, s persistence.Store, reopen func() persistence.Store) {
	w := newWriter(t, s, 1, 1)
	scrubbed := w.beside(1, 2)
	full(t, w)
	full(t, scrubbed)
	erase(t, s, 1, 2)
	ok(t, "scrub", s.Scrub(t.Context()))
	erase(t, s, 1, 1)
	for range 2 {
		w.store = reopen()
		scrubbed.store = w.store
		w.epoch = claim(t, w.store, w.shard)
		scrubbed.epoch = w.epoch
		for _, gone := range []*writer{w, scrubbed} {
			isErased(t, gone)
			gone.refused(t, gone.step(1, 0), persistence.ErrErased)
		}
		ok(t, "scrub", w.store.Scrub(t.Context()))
	}
}

func reopenDirectory(t *testing.T, s persistence.Store, reopen func() persistence.Store) {
	ctx := t.Context()
	ok(t, "website", s.PutWebsite(ctx, website(1)))
	ok(t, "agent", s.PutAgent(ctx, agent(1, "ann@example.com")))
	ok(t, "password", s.PutPassword(ctx, agentID(1), "$argon2id$"))
	ok(t, "login", s.PutLogin(ctx, tokenHash(1), loginOf(1)))
	ok(t, "login", s.PutLogin(ctx, tokenHash(2), loginOf(1)))
	ok(t, "logout", s.DeleteLogin(ctx, tokenHash(2)))
	s = reopen()
	sites, err := s.Websites(ctx)
	ok(t, "websites", err)
	same(t, "websites", sites, []chat.Website{website(1)})
	got, err := s.AgentByEmail(ctx, "ANN@example.com")
	ok(t, "agent", err)
	same(t, "agent", got, agent(1, "ann@example.com"))
	fails(t, "e-mail", s.PutAgent(ctx, agent(2, "ann@example.com")), persistence.ErrTaken)
	hash, err := s.Password(ctx, agentID(1))
	ok(t, "password", err)
	same(t, "password", hash, "$argon2id$")
	login, err := s.Login(ctx, tokenHash(1))
	ok(t, "login", err)
	same(t, "login", login, loginOf(1))
	_, err = s.Login(ctx, tokenHash(2))
	fails(t, "ended login", err, persistence.ErrNotFound)
}

func reopenKey(t *testing.T, s persistence.Store, reopen func() persistence.Store) {
	key, err := s.DeploymentKey(t.Context())
	ok(t, "key", err)
	again, err := reopen().DeploymentKey(t.Context())
	ok(t, "key", err)
	same(t, "key", again, key)
}
