package pebblestore

import (
	"context"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/chat"
)

// Hasty tries again soon what could not be written.
func (o Options) Hasty() Options {
	o.hasty = true
	return o
}

// Hold opens an iterator over everything, as a slow reader would; release closes it.
func (s *Store) Hold() (release func() error, err error) {
	it, err := s.scan(context.Background(), nil, nil)
	if err != nil {
		return nil, err
	}
	it.First()
	return it.Close, nil
}

// DB is Pebble itself.
func (s *Store) DB() *pebble.DB { return s.db }

// MessageKey is where a message is.
func MessageKey(website chat.WebsiteID, session chat.SessionID, seq uint64) []byte {
	k := sessionKey{website, session}
	return k.message(seq)
}

// What the tests of the limits need to know.
const (
	QueuedCommits = queuedCommits
	ReserveBytes  = reserveBytes
	ScrubApart    = scrubApart
	StalledAfter  = stalledAfter
	SpaceInterval = spaceInterval
)
