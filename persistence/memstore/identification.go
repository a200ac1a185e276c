package memstore

import (
	"context"
	"slices"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// identify keeps an identification record, through its stored form.
func (s *Store) identify(k key, i *persistence.Identification) error {
	kept, err := persistence.DecodeIdentification(i.Encode())
	if err == nil {
		s.identified[k] = append(s.identified[k], kept)
	}
	return err
}

// Identifications implements persistence.Identifications.
func (s *Store) Identifications(ctx context.Context, website chat.WebsiteID, id chat.SessionID) ([]persistence.Identification, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	all := slices.Clone(s.identified[key{website, id}])
	slices.SortStableFunc(all, func(a, b persistence.Identification) int { return int(a.Day()) - int(b.Day()) })
	return all, nil
}

// ForgetIdentifications implements persistence.Identifications.
func (s *Store) ForgetIdentifications(ctx context.Context, website chat.WebsiteID, ended time.Time) (bool, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return false, err
	}
	defer leave()
	forgotten := false
	for k, all := range s.identified {
		if k.website != website {
			continue
		}
		left := slices.DeleteFunc(all, func(i persistence.Identification) bool { return i.Day() < persistence.Day(ended) })
		forgotten = forgotten || len(left) < len(all)
		s.identified[k] = left
	}
	return forgotten, nil
}

// EraseIdentifications implements persistence.Identifications.
func (s *Store) EraseIdentifications(ctx context.Context, website chat.WebsiteID, id chat.SessionID) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	delete(s.identified, key{website, id})
	return nil
}

// Conversations implements persistence.Sessions.
func (s *Store) Conversations(ctx context.Context, website chat.WebsiteID, behind chat.SessionID, limit int) ([]persistence.Record, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	var all []persistence.Record
	for k, kept := range s.sessions {
		if k.website != website || slices.Compare(k.session[:], behind[:]) <= 0 {
			continue
		}
		r, err := kept.record()
		if err != nil {
			return nil, err
		}
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b persistence.Record) int { return slices.Compare(a.Head.ID[:], b.Head.ID[:]) })
	return all[:min(len(all), persistence.Bound(limit))], nil
}
