package memstore

import (
	"context"
	"slices"
	"time"

	"github.com/parlor-chat/parlor/persistence"
)

// Record implements persistence.Audit.
func (s *Store) Record(ctx context.Context, entries ...persistence.AuditEntry) ([]persistence.AuditEntry, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	entries = slices.Clone(entries)
	for i := range entries {
		if err := s.record(&entries[i]); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

func (s *Store) record(e *persistence.AuditEntry) error {
	if _, err := s.tail.Append(e, time.Now()); err != nil {
		return err
	}
	s.audit = append(s.audit, *e)
	return nil
}

// Withdrawn implements persistence.Audit: nothing is ever restored here.
func (s *Store) Withdrawn(ctx context.Context) ([]persistence.SessionRef, error) {
	return nil, s.Health(ctx)
}

// MadeUp implements persistence.Audit.
func (s *Store) MadeUp(ctx context.Context, _ persistence.SessionRef) error { return s.Health(ctx) }

// AuditLog implements persistence.Audit.
func (s *Store) AuditLog(ctx context.Context, after uint64, limit int) ([]persistence.AuditEntry, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	from := min(after, uint64(len(s.audit)))
	return slices.Clone(s.audit[from:min(from+uint64(max(0, limit)), uint64(len(s.audit)))]), nil
}
