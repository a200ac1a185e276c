package persistence

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"time"

	"github.com/parlor-chat/parlor/chat"
)

// Identification says from where a conversation's visitor was connected, and when (P10).
type Identification struct {
	Addr netip.AddrPort `json:"addr"`
	// From and To are the first and the last time that is known of the access.
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Identifications keeps identification records. They have a life of their own: they lie in buckets, one for each website and day (UTC) of
// Identification.To, which are dropped when their term ends, and an erasure leaves them.
type Identifications interface {
	// Identifications returns what is kept of a session, the oldest first. It may read once for each day that is kept.
	Identifications(ctx context.Context, website chat.WebsiteID, session chat.SessionID) ([]Identification, error)
	// ForgetIdentifications drops the buckets of a website whose day had ended at the time; the next Scrub removes their bytes. It returns whether
	// there were any.
	ForgetIdentifications(ctx context.Context, website chat.WebsiteID, ended time.Time) (bool, error)
	// EraseIdentifications drops those of one session; the next Scrub removes their bytes.
	EraseIdentifications(ctx context.Context, website chat.WebsiteID, session chat.SessionID) error
}

// String says what this is: the address is not for logs (P9).
func (Identification) String() string { return "identification (redacted)" }

// Day is the bucket: days since 1970-01-01 UTC.
func (i *Identification) Day() uint32 { return Day(i.To) }

// Day is the number of a time's day, counted from 1970-01-01 UTC.
func Day(t time.Time) uint32 { return uint32(max(0, t.Unix()/(24*60*60))) }

// identificationVersion is the first byte of a stored identification.
const identificationVersion = 1

// Encode returns the stored form.
func (i *Identification) Encode() []byte {
	b := []byte{identificationVersion}
	b = binary.AppendVarint(b, storedTime(i.From))
	b = binary.AppendVarint(b, storedTime(i.To))
	b, _ = i.Addr.AppendBinary(b) // never fails
	return b
}

// DecodeIdentification reads what Encode made. Errors: ErrNewerRecord, or a damaged record.
func DecodeIdentification(b []byte) (i Identification, err error) {
	switch {
	case len(b) == 0 || b[0] == 0:
		return i, errRecord
	case b[0] > identificationVersion:
		return i, fmt.Errorf("%w: identification version %d", ErrNewerRecord, b[0])
	}
	r := reader{b: b[1:]}
	i.From, i.To = r.time(), r.time()
	if r.failed || i.Addr.UnmarshalBinary(r.b) != nil {
		return Identification{}, errRecord
	}
	return i, nil
}
