package storetest

import (
	"context"
	"testing"

	"github.com/parlor-chat/parlor/persistence"
)

func lifecycleTests() []test {
	return []test{
		{"healthy while open", lifecycleHealth},
		{"every method says that the store is closed", lifecycleClosed},
		{"every method honors a context that has ended", lifecycleContext},
		{"close waits for what is in flight", lifecycleInFlight},
	}
}

func lifecycleHealth(t *testing.T, s persistence.Store) {
	ok(t, "health", s.Health(t.Context()))
}

// calls are all methods that take a context.
func calls(s persistence.Store) map[string]func(ctx context.Context) error {
	return map[string]func(ctx context.Context) error{
		"Health": s.Health,
		"Scrub":  s.Scrub,
		"Claim":  func(ctx context.Context) error { _, err := s.Claim(ctx, 1); return err },
		"Commit": func(ctx context.Context) error {
			w := &writer{store: s, shard: 1, epoch: 1, head: newHead(1, 1)}
			_, err := s.Commit(ctx, w.step(1, 0))
			return err
		},
		"Load": func(ctx context.Context) error { _, err := s.Load(ctx, websiteID(1), sessionID(1)); return err },
		"Messages": func(ctx context.Context) error {
			_, _, err := s.Messages(ctx, websiteID(1), sessionID(1), persistence.Page{})
			return err
		},
		"Notes": func(ctx context.Context) error {
			_, err := s.Notes(ctx, websiteID(1), sessionID(1), persistence.NotePage{})
			return err
		},
		"Inbox": func(ctx context.Context) error {
			_, err := s.Inbox(ctx, websiteID(1), persistence.InboxQuery{})
			return err
		},
		"Erase": func(ctx context.Context) error {
			return s.Erase(ctx, persistence.Erasure{Website: websiteID(1), Session: sessionID(1)})
		},
		"PutWebsite":    func(ctx context.Context) error { return s.PutWebsite(ctx, website(1)) },
		"Website":       func(ctx context.Context) error { _, err := s.Website(ctx, websiteID(1)); return err },
		"Websites":      func(ctx context.Context) error { _, err := s.Websites(ctx); return err },
		"PutAgent":      func(ctx context.Context) error { return s.PutAgent(ctx, agent(1, "a@example.com")) },
		"Agent":         func(ctx context.Context) error { _, err := s.Agent(ctx, agentID(1)); return err },
		"AgentByEmail":  func(ctx context.Context) error { _, err := s.AgentByEmail(ctx, "a@example.com"); return err },
		"Agents":        func(ctx context.Context) error { _, err := s.Agents(ctx); return err },
		"PutPassword":   func(ctx context.Context) error { return s.PutPassword(ctx, agentID(1), "x") },
		"Password":      func(ctx context.Context) error { _, err := s.Password(ctx, agentID(1)); return err },
		"PutLogin":      func(ctx context.Context) error { return s.PutLogin(ctx, tokenHash(1), loginOf(1)) },
		"Login":         func(ctx context.Context) error { _, err := s.Login(ctx, tokenHash(1)); return err },
		"DeleteLogin":   func(ctx context.Context) error { return s.DeleteLogin(ctx, tokenHash(1)) },
		"DeleteLogins":  func(ctx context.Context) error { return s.DeleteLogins(ctx, agentID(1)) },
		"DeploymentKey": func(ctx context.Context) error { _, err := s.DeploymentKey(ctx); return err },
	}
}

func lifecycleClosed(t *testing.T, s persistence.Store) {
	for range 2 {
		ok(t, "close", s.Close())
	}
	for name, call := range calls(s) {
		fails(t, name, call(t.Context()), persistence.ErrClosed)
	}
}

func lifecycleContext(t *testing.T, s persistence.Store) {
	ctx := ended()
	for name, call := range calls(s) {
		fails(t, name, call(ctx), context.Canceled)
	}
	ok(t, "health", s.Health(t.Context()))
}

func lifecycleInFlight(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 0)
	each(17, func(i int) {
		if i == 16 {
			if err := s.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
			return
		}
		w.beside(1, uint32(i)).writeUntil(t, persistence.ErrClosed)
	})
}
