// Package memstore keeps everything in memory: for tests, and to say what the contract means in the fewest words.
package memstore

import (
	"bytes"
	"context"
	"fmt"
	"slices"
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
	scrub    []key // erased since the last Scrub
	// identified are identification records; they survive an erasure.
	identified map[key][]persistence.Identification
	audit      []persistence.AuditEntry
	tail       persistence.AuditTail
	websites   map[chat.WebsiteID]chat.Website
	agents     map[chat.AgentID]chat.Agent
	password   map[chat.AgentID]string
	logins     map[[32]byte]persistence.Login
	secret     *[32]byte
	networks   map[persistence.NetworkHash]persistence.Network
	swept      persistence.Sweep
}

type key struct {
	website chat.WebsiteID
	session chat.SessionID
}

type session struct {
	head     chat.Head
	visitor  []byte // encoded, so that nobody shares its maps
	messages []persistence.Entry
	notes    []persistence.NoteEntry
	receipts map[receiptKey]persistence.Receipt
}

type receiptKey struct {
	sender chat.Sender
	id     chat.MessageID
}

var _ persistence.Store = (*Store)(nil)

// errShard reports a bug of the caller.
var errShard = fmt.Errorf("memstore: there are %d shards", persistence.Shards)

// New returns an empty store.
func New() *Store {
	return &Store{
		epochs:   make(map[uint16]uint64),
		sessions: make(map[key]*session),
		erased:   make(map[key]bool),
		websites: make(map[chat.WebsiteID]chat.Website),
		agents:   make(map[chat.AgentID]chat.Agent),
		password: make(map[chat.AgentID]string),
		networks: make(map[persistence.NetworkHash]persistence.Network),
		logins:   make(map[[32]byte]persistence.Login),

		identified: make(map[key][]persistence.Identification),
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
	if shard >= persistence.Shards {
		return 0, errShard
	}
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
	if c.Shard >= persistence.Shards {
		return persistence.Committed{}, errShard
	}
	k := key{c.Head.Website, c.Head.ID}
	if s.erased[k] {
		return persistence.Committed{}, persistence.ErrErased
	}
	if c.Epoch == 0 || s.epochs[c.Shard] != c.Epoch {
		return persistence.Committed{}, persistence.ErrFenced
	}
	kept := s.sessions[k]
	if kept != nil {
		for _, d := range c.Dedupes {
			if r, ok := kept.receipts[receiptKey{d.Sender, d.ID}]; ok {
				return persistence.Committed{Duplicate: &r}, nil
			}
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
	if c.Identify != nil {
		if err := s.identify(k, c.Identify); err != nil {
			return persistence.Committed{}, err
		}
	}
	return persistence.Committed{}, kept.store(c)
}

// store keeps copies, through the stored form, so that nothing is shared with the writer and times have the precision of every store.
func (s *session) store(c *persistence.Commit) (err error) {
	if s.head, err = persistence.DecodeHead(persistence.AppendHead(nil, &c.Head)); err != nil {
		return err
	}
	if c.Visitor != nil {
		if s.visitor, err = persistence.EncodeVisitor(c.Visitor); err != nil {
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
	for _, n := range c.Rewritten {
		s.notes[n.Seq-1].Frame = bytes.Clone(n.Frame)
	}
	for _, d := range c.Dedupes {
		s.receipts[receiptKey{d.Sender, d.ID}] = d.Receipt
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
		return kept.record()
	}
}

func (s *session) record() (*persistence.Record, error) {
	r := &persistence.Record{Head: s.head}
	if s.visitor == nil {
		return r, nil
	}
	var err error
	r.Visitor, err = persistence.DecodeVisitor(s.visitor)
	return r, err
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
		return clone(all[:min(limit, len(all))]), more, nil
	}
	if p.Before > 0 {
		all = all[:min(p.Before-1, uint64(len(all)))]
	}
	more := len(all) > limit
	return clone(all[max(0, len(all)-limit):]), more, nil
}

// clone copies entries with their frames.
func clone(entries []persistence.Entry) []persistence.Entry {
	all := slices.Clone(entries)
	for i := range all {
		all[i].Frame = bytes.Clone(all[i].Frame)
	}
	return all
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
	limit := min(len(found), p.Bound())
	if p.Oldest {
		return clone(found[:limit]), nil
	}
	return clone(found[len(found)-limit:]), nil
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
func (s *Store) Erase(ctx context.Context, e persistence.Erasure) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	k := key{e.Website, e.Session}
	if s.erased[k] {
		return nil
	}
	entry := persistence.AuditEntry{
		Deed: persistence.DeedErased, Website: e.Website, Session: e.Session, By: e.By, Reason: e.Reason, Policy: e.Policy,
	}
	if kept := s.sessions[k]; kept != nil {
		entry.Messages, entry.Notes = kept.head.Seq, kept.head.Notes
	}
	delete(s.sessions, k)
	s.erased[k] = true
	s.scrub = append(s.scrub, k)
	return s.record(&entry)
}

// Scrub implements persistence.Sessions: memory has nothing to scrub, and what was erased is gone.
func (s *Store) Scrub(ctx context.Context) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	for _, k := range s.scrub {
		if err := s.record(&persistence.AuditEntry{Deed: persistence.DeedGone, Website: k.website, Session: k.session}); err != nil {
			return err
		}
	}
	s.scrub = nil
	return nil
}
