// Package memstore keeps everything in memory: for tests, and to say what the contract means in the fewest words.
package memstore

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"sync"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// Store implements persistence.Store. One mutex covers everything.
type Store struct {
	mu       sync.Mutex
	closed   bool
	epochs   map[uint16]uint64
	sessions map[key]*session
	erased   map[key]bool
	websites map[chat.WebsiteID]chat.Website
	agents   map[chat.AgentID]chat.Agent
	password map[chat.AgentID]string
	logins   map[[32]byte]persistence.Login
	secret   *[32]byte
}

type key struct {
	website chat.WebsiteID
	session chat.SessionID
}

type session struct {
	head     chat.Head
	visitor  chat.Visitor
	messages []persistence.Entry
	notes    []persistence.NoteEntry
	receipts map[receiptKey]persistence.Receipt
}

type receiptKey struct {
	sender chat.Sender
	id     chat.MessageID
}

var _ persistence.Store = (*Store)(nil)

// New returns an empty store.
func New() *Store {
	return &Store{
		epochs:   make(map[uint16]uint64),
		sessions: make(map[key]*session),
		erased:   make(map[key]bool),
		websites: make(map[chat.WebsiteID]chat.Website),
		agents:   make(map[chat.AgentID]chat.Agent),
		password: make(map[chat.AgentID]string),
		logins:   make(map[[32]byte]persistence.Login),
	}
}

// enter locks the store for one call, unless it is closed or the call's context has ended.
func (s *Store) enter(ctx context.Context) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil, persistence.ErrClosed
	}
	return s.mu.Unlock, nil
}

// Health implements persistence.Store.
func (s *Store) Health(ctx context.Context) error {
	leave, err := s.enter(ctx)
	if err == nil {
		leave()
	}
	return err
}

// Close implements persistence.Store.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

// Claim implements persistence.Sessions.
func (s *Store) Claim(ctx context.Context, shard uint16) (uint64, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer leave()
	s.epochs[shard]++
	return s.epochs[shard], nil
}

// Commit implements persistence.Sessions.
func (s *Store) Commit(ctx context.Context, c *persistence.Commit) (persistence.Committed, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return persistence.Committed{}, err
	}
	defer leave()
	k := key{c.Head.Website, c.Head.ID}
	if s.erased[k] {
		return persistence.Committed{}, persistence.ErrErased
	}
	if s.epochs[c.Shard] != c.Epoch {
		return persistence.Committed{}, persistence.ErrFenced
	}
	kept := s.sessions[k]
	if kept != nil && c.Dedupe != nil {
		if r, ok := kept.receipts[receiptKey{c.Dedupe.Sender, c.Dedupe.ID}]; ok {
			return persistence.Committed{Duplicate: &r}, nil
		}
	}
	var version uint64
	if kept != nil {
		version = kept.head.Version
	}
	if version != c.Expect {
		return persistence.Committed{}, persistence.ErrConflict
	}
	if kept == nil {
		kept = &session{receipts: make(map[receiptKey]persistence.Receipt)}
		s.sessions[k] = kept
	}
	return persistence.Committed{}, kept.store(c)
}

// store keeps copies, through the stored form, so that nothing is shared with the writer and times have the precision of every store.
func (s *session) store(c *persistence.Commit) (err error) {
	if s.head, err = persistence.DecodeHead(persistence.AppendHead(nil, &c.Head)); err != nil {
		return err
	}
	if c.Visitor != nil {
		encoded, err := persistence.EncodeVisitor(c.Visitor)
		if err != nil {
			return err
		}
		if s.visitor, err = persistence.DecodeVisitor(encoded); err != nil {
			return err
		}
	}
	for _, m := range c.Messages {
		m.Frame = bytes.Clone(m.Frame)
		s.messages = append(s.messages, m)
	}
	for _, n := range c.Notes {
		n.Frame = bytes.Clone(n.Frame)
		s.notes = append(s.notes, n)
	}
	if c.Dedupe != nil {
		s.receipts[receiptKey{c.Dedupe.Sender, c.Dedupe.ID}] = c.Dedupe.Receipt
	}
	return nil
}

// Load implements persistence.Sessions.
func (s *Store) Load(ctx context.Context, website chat.WebsiteID, id chat.SessionID) (*persistence.Record, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	k := key{website, id}
	switch kept := s.sessions[k]; {
	case s.erased[k]:
		return nil, persistence.ErrErased
	case kept == nil:
		return nil, persistence.ErrNotFound
	default:
		return &persistence.Record{Head: kept.head, Visitor: kept.visitor}, nil
	}
}

// Messages implements persistence.Sessions.
func (s *Store) Messages(
	ctx context.Context, website chat.WebsiteID, id chat.SessionID, p persistence.Page,
) ([]persistence.Entry, bool, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, false, err
	}
	defer leave()
	kept := s.sessions[key{website, id}]
	if kept == nil {
		return nil, false, nil
	}
	all, limit := kept.messages, p.Bound()
	if p.After > 0 {
		all = all[min(p.After, uint64(len(all))):]
		more := len(all) > limit
		return slices.Clone(all[:min(limit, len(all))]), more, nil
	}
	if p.Before > 0 {
		all = all[:min(p.Before-1, uint64(len(all)))]
	}
	more := len(all) > limit
	return slices.Clone(all[max(0, len(all)-limit):]), more, nil
}

// Notes implements persistence.Sessions.
func (s *Store) Notes(
	ctx context.Context, website chat.WebsiteID, id chat.SessionID, p persistence.NotePage,
) ([]persistence.Entry, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	kept := s.sessions[key{website, id}]
	if kept == nil {
		return nil, nil
	}
	var found []persistence.Entry
	for _, n := range kept.notes {
		if n.After >= p.From && (p.To == 0 || n.After <= p.To) && n.Seq > p.AfterN {
			found = append(found, n.Entry)
		}
	}
	return found[max(0, len(found)-p.Bound()):], nil
}

// Inbox implements persistence.Sessions.
func (s *Store) Inbox(ctx context.Context, website chat.WebsiteID, q persistence.InboxQuery) (persistence.InboxPage, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return persistence.InboxPage{}, err
	}
	defer leave()
	after, err := persistence.ParseCursor(q.Cursor)
	if err != nil {
		return persistence.InboxPage{}, err
	}
	var heads []chat.Head
	for k, kept := range s.sessions {
		at := persistence.PositionOf(&kept.head)
		if k.website == website && q.Filter.Shows(kept.head.State) && (q.Cursor == "" || at.Compare(after) > 0) {
			heads = append(heads, kept.head)
		}
	}
	slices.SortFunc(heads, func(a, b chat.Head) int {
		return persistence.PositionOf(&a).Compare(persistence.PositionOf(&b))
	})
	page := persistence.InboxPage{Heads: heads}
	if limit := q.Bound(); len(heads) > limit {
		page.Heads = heads[:limit]
		page.Next = persistence.PositionOf(&heads[limit-1]).Cursor()
	}
	return page, nil
}

// Erase implements persistence.Sessions.
func (s *Store) Erase(ctx context.Context, website chat.WebsiteID, id chat.SessionID) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	delete(s.sessions, key{website, id})
	s.erased[key{website, id}] = true
	return nil
}

// Scrub implements persistence.Sessions: memory has nothing to scrub.
func (s *Store) Scrub(ctx context.Context) error { return s.Health(ctx) }

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
