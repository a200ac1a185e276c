package pebblestore

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"slices"
	"unicode"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

func websiteKey(id chat.WebsiteID) []byte { return append([]byte{tableWebsites}, id[:]...) }

func agentKey(id chat.AgentID) []byte { return append([]byte{tableAgents}, id[:]...) }

func passwordKey(id chat.AgentID) []byte { return append([]byte{tablePasswords}, id[:]...) }

// emailKey is a keyed hash: Pebble's keys outlive their entries, and an address is not to be found among them.
func (s *Store) emailKey(email string) []byte {
	mac := hmac.New(sha256.New, s.secret[:])
	mac.Write([]byte("e-mail index 1\x00" + foldEmail(email)))
	return mac.Sum([]byte{tableEmails})
}

// foldEmail returns the same text for all that strings.EqualFold finds equal: of each letter's cases the one with the lowest number.
func foldEmail(email string) string {
	folded := make([]rune, 0, len(email))
	for _, r := range email {
		lowest := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			lowest = min(lowest, other)
		}
		folded = append(folded, lowest)
	}
	return string(folded)
}

// PutWebsite implements persistence.Directory.
func (s *Store) PutWebsite(ctx context.Context, w chat.Website) error {
	return s.put(ctx, websiteKey(w.ID), &w)
}

// Website implements persistence.Directory.
func (s *Store) Website(ctx context.Context, id chat.WebsiteID) (chat.Website, error) {
	return find[chat.Website](ctx, s, websiteKey(id))
}

// Websites implements persistence.Directory.
func (s *Store) Websites(ctx context.Context) ([]chat.Website, error) {
	all, err := list[chat.Website](ctx, s, tableWebsites)
	slices.SortFunc(all, func(a, b chat.Website) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return all, err
}

// PutAgent implements persistence.Directory.
func (s *Store) PutAgent(ctx context.Context, a chat.Agent) error {
	record, err := encode(&a)
	if err != nil {
		return err
	}
	return s.change(ctx, func(b *pebble.Batch) error { return s.putAgent(b, &a, record) })
}

// putAgent moves the e-mail address's entry along with the agent.
func (s *Store) putAgent(b *pebble.Batch, a *chat.Agent, record []byte) error {
	email := s.emailKey(a.Email)
	owner, err := get(s.db, email)
	switch {
	case err != nil:
		return err
	case owner != nil && !bytes.Equal(owner, a.ID[:]):
		return persistence.ErrTaken
	}
	known, err := get(s.db, agentKey(a.ID))
	if err != nil {
		return err
	}
	if known != nil {
		before, err := decode[chat.Agent](known)
		if err != nil {
			return err
		}
		if err := b.Delete(s.emailKey(before.Email), nil); err != nil {
			return err
		}
	}
	return errors.Join(b.Set(email, a.ID[:], nil), b.Set(agentKey(a.ID), record, nil))
}

// Agent implements persistence.Directory.
func (s *Store) Agent(ctx context.Context, id chat.AgentID) (chat.Agent, error) {
	return find[chat.Agent](ctx, s, agentKey(id))
}

// AgentByEmail implements persistence.Directory.
func (s *Store) AgentByEmail(ctx context.Context, email string) (chat.Agent, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return chat.Agent{}, err
	}
	defer leave()
	id, err := get(s.db, s.emailKey(email))
	switch {
	case err != nil:
		return chat.Agent{}, fault("read the directory", err)
	case id == nil:
		return chat.Agent{}, persistence.ErrNotFound
	}
	return find[chat.Agent](ctx, s, append([]byte{tableAgents}, id...))
}

// Agents implements persistence.Directory.
func (s *Store) Agents(ctx context.Context) ([]chat.Agent, error) {
	all, err := list[chat.Agent](ctx, s, tableAgents)
	slices.SortFunc(all, func(a, b chat.Agent) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return all, err
}

// PutPassword implements persistence.Directory.
func (s *Store) PutPassword(ctx context.Context, agent chat.AgentID, encodedHash string) error {
	return s.put(ctx, passwordKey(agent), &encodedHash)
}

// Password implements persistence.Directory.
func (s *Store) Password(ctx context.Context, agent chat.AgentID) (string, error) {
	return find[string](ctx, s, passwordKey(agent))
}

// Swept implements persistence.Directory.
func (s *Store) Swept(ctx context.Context) (persistence.Sweep, error) {
	sweep, err := find[persistence.Sweep](ctx, s, nodeKey(nodeSweep))
	if errors.Is(err, persistence.ErrNotFound) {
		return persistence.Sweep{}, nil
	}
	return sweep, err
}

// PutSwept implements persistence.Directory.
func (s *Store) PutSwept(ctx context.Context, sweep persistence.Sweep) error {
	return s.put(ctx, nodeKey(nodeSweep), sweep)
}

// DeploymentKey implements persistence.Directory. It was made when the data directory was.
func (s *Store) DeploymentKey(ctx context.Context) ([32]byte, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return [32]byte{}, err
	}
	defer leave()
	return s.secret, nil
}
