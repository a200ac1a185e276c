package pebblestore

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// place is where a conversation stands in its website's inbox. The stored one may be up to placeLag behind the conversation's last activity,
// never before it, so that a lively conversation does not move with every message: that would be two of a commit's five writes. Pages put
// the heads they read in the exact order.
type place struct {
	bucket byte
	at     int64
}

// placeLag is how many milliseconds a stored place may be behind.
const placeLag = 10_000

// Buckets of an inbox.
const (
	bucketOpen     = 0
	bucketResolved = 1
)

// placeOf is where a conversation belongs.
func placeOf(h *chat.Head) place {
	p := place{bucketOpen, persistence.PositionOf(h).AtMillis}
	if persistence.FilterResolved.Shows(h.State) {
		p.bucket = bucketResolved
	}
	return p
}

// serves reports whether a conversation that belongs to the place there may stay at p.
func (p place) serves(there place) bool {
	return p.bucket == there.bucket && p.at <= there.at && there.at-p.at <= placeLag
}

// placeRecordVersion is the first byte of a stored place. Then come bucket and time.
const (
	placeRecordVersion = 1
	placeRecordBytes   = 1 + 1 + 8
)

func (p place) record() []byte {
	return binary.BigEndian.AppendUint64(append(make([]byte, 0, placeRecordBytes), placeRecordVersion, p.bucket), uint64(p.at))
}

var errPlace = errors.New("pebblestore: damaged place")

func decodePlace(b []byte) (p place, err error) {
	switch {
	case len(b) > 0 && b[0] > placeRecordVersion:
		return p, fmt.Errorf("%w: place version %d", persistence.ErrNewerRecord, b[0])
	case len(b) != placeRecordBytes || b[0] == 0 || b[1] > bucketResolved:
		return p, errPlace
	}
	return place{b[1], int64(binary.BigEndian.Uint64(b[2:]))}, nil
}

// readPlace reads where a session stands. One of format 1 has no record: it stands where it belongs.
func readPlace(db *pebble.DB, k sessionKey, h *chat.Head) (place, error) {
	record, err := get(db, k.kind(kindPlace))
	switch {
	case err != nil:
		return place{}, err
	case record == nil:
		return placeOf(h), nil
	}
	return decodePlace(record)
}

// key is the place's key: the newest first.
func (p place) key(k sessionKey) []byte {
	b := inboxBucket(k.website, p.bucket)
	b = binary.BigEndian.AppendUint64(b, invert(p.at))
	return append(b, k.session[:]...)
}

func inboxBucket(website chat.WebsiteID, bucket byte) []byte {
	b := make([]byte, 0, 1+16+1+8+16+1)
	b = append(b, tableInbox)
	b = append(b, website[:]...)
	return append(b, bucket)
}

// inboxBucketBytes is the length of a bucket's prefix.
const inboxBucketBytes = 1 + 16 + 1

// invert turns a time into a number that falls as the time rises, also before 1970.
func invert(millis int64) uint64 { return ^(uint64(millis) ^ 1<<63) }

func uninvert(n uint64) int64 { return int64(^n ^ 1<<63) }

// position reads a key of the inbox.
func position(key []byte) (p persistence.Position, ok bool) {
	if len(key) != inboxBucketBytes+8+len(p.Session) {
		return p, false
	}
	p.AtMillis = uninvert(binary.BigEndian.Uint64(key[inboxBucketBytes:]))
	copy(p.Session[:], key[inboxBucketBytes+8:])
	return p, true
}
