package memstore

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// PutWebsite implements persistence.Directory.
func (s *Store) PutWebsite(ctx context.Context, w chat.Website) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	s.websites[w.ID] = w
	return nil
}

// Website implements persistence.Directory.
func (s *Store) Website(ctx context.Context, id chat.WebsiteID) (chat.Website, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return chat.Website{}, err
	}
	defer leave()
	return found(s.websites, id)
}

// Websites implements persistence.Directory.
func (s *Store) Websites(ctx context.Context) ([]chat.Website, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var all []chat.Website
	for _, w := range s.websites {
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b chat.Website) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return all, nil
}

// PutAgent implements persistence.Directory.
func (s *Store) PutAgent(ctx context.Context, a chat.Agent) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for _, other := range s.agents {
		if other.ID != a.ID && strings.EqualFold(other.Email, a.Email) {
			return persistence.ErrTaken
		}
	}
	s.agents[a.ID] = a
	return nil
}

// Agent implements persistence.Directory.
func (s *Store) Agent(ctx context.Context, id chat.AgentID) (chat.Agent, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return chat.Agent{}, err
	}
	defer leave()
	return found(s.agents, id)
}

// AgentByEmail implements persistence.Directory.
func (s *Store) AgentByEmail(ctx context.Context, email string) (chat.Agent, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return chat.Agent{}, err
	}
	defer leave()
	for _, a := range s.agents {
		if strings.EqualFold(a.Email, email) {
			return a, nil
		}
	}
	return chat.Agent{}, persistence.ErrNotFound
}

// Agents implements persistence.Directory.
func (s *Store) Agents(ctx context.Context) ([]chat.Agent, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var all []chat.Agent
	for _, a := range s.agents {
		all = append(all, a)
	}
	slices.SortFunc(all, func(a, b chat.Agent) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), bytes.Compare(a.ID[:], b.ID[:]))
	})
	return all, nil
}

// PutPassword implements persistence.Directory.
func (s *Store) PutPassword(ctx context.Context, agent chat.AgentID, encodedHash string) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	s.password[agent] = encodedHash
	return nil
}

// Password implements persistence.Directory.
func (s *Store) Password(ctx context.Context, agent chat.AgentID) (string, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return found(s.password, agent)
}

// PutLogin implements persistence.Directory.
func (s *Store) PutLogin(ctx context.Context, tokenHash [32]byte, l persistence.Login) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	s.logins[tokenHash] = l
	return nil
}

// Login implements persistence.Directory.
func (s *Store) Login(ctx context.Context, tokenHash [32]byte) (persistence.Login, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return persistence.Login{}, err
	}
	defer leave()
	return found(s.logins, tokenHash)
}

// DeleteLogin implements persistence.Directory.
func (s *Store) DeleteLogin(ctx context.Context, tokenHash [32]byte) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	delete(s.logins, tokenHash)
	return nil
}

// DeleteLogins implements persistence.Directory.
func (s *Store) DeleteLogins(ctx context.Context, agent chat.AgentID) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for hash, l := range s.logins {
		if l.Agent == agent {
			delete(s.logins, hash)
		}
	}
	return nil
}

// Swept implements persistence.Directory.
func (s *Store) Swept(ctx context.Context) (persistence.Sweep, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return persistence.Sweep{}, err
	}
	defer leave()
	return s.swept, nil
}

// PutSwept implements persistence.Directory.
func (s *Store) PutSwept(ctx context.Context, sweep persistence.Sweep) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	s.swept = sweep
	return nil
}

// DeploymentKey implements persistence.Directory.
func (s *Store) DeploymentKey(ctx context.Context) ([32]byte, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return [32]byte{}, err
	}
	defer leave()
	if s.secret == nil {
		s.secret = new([32]byte)
		_, _ = rand.Read(s.secret[:]) // never fails: crypto/rand ends the process instead
	}
	return *s.secret, nil
}

func found[K comparable, V any](m map[K]V, k K) (V, error) {
	v, ok := m[k]
	if !ok {
		return v, persistence.ErrNotFound
	}
	return v, nil
}
