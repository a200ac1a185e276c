package persistence

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/parlor-chat/parlor/chat"
)

// ErrNewerRecord reports that a record was written by a newer version; this one must not touch it. Install that version, or a newer one.
var ErrNewerRecord = errors.New("persistence: record of a newer version")

// errRecord reports a record that cannot be read.
var errRecord = errors.New("persistence: damaged record")

// headVersion and visitorVersion are the first byte of what is stored. A new field raises them; older ones stay readable.
const (
	headVersion    = 2
	visitorVersion = 2
	// silentVisitorVersion is the one whose visitors had said nothing about consent. What can be of this version is still written as such.
	silentVisitorVersion = 1
	// timedHeadVersion is the one whose heads had the newest message's time twice.
	timedHeadVersion = 1
)

// Flags of a head.
const (
	flagStarted = 1 << iota
	flagBlocked
)

// AppendHead appends the stored form of a head: it is written with every message, so it is small and needs no reflection.
func AppendHead(b []byte, h *chat.Head) []byte {
	var flags byte
	if h.Started {
		flags |= flagStarted
	}
	if h.Blocked {
		flags |= flagBlocked
	}
	b = append(b, headVersion, flags, byte(h.State), byte(h.LastFrom))
	b = append(b, h.ID[:]...)
	b = append(b, h.Website[:]...)
	b = append(b, h.Assigned[:]...)
	b = append(b, h.SecretHash[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(h.Epoch))
	b = binary.BigEndian.AppendUint64(b, h.Senders)
	for _, n := range [...]uint64{
		h.Version, h.Seq, h.Notes, h.Read.Visitor, h.Read.Agent, h.Delivered.Visitor, h.Delivered.Agent,
		uint64(h.Unread.Visitor), uint64(h.Unread.Agent),
	} {
		b = binary.AppendUvarint(b, n)
	}
	for _, t := range [...]time.Time{h.CreatedAt, h.ActiveAt} {
		b = binary.AppendVarint(b, storedTime(t))
	}
	b = appendText(b, h.Name)
	return appendText(b, h.Preview)
}

// headFixedBytes is the length of what stands before the first number.
const headFixedBytes = 4 + 16 + 16 + 16 + 32 + 8 + 8

// DecodeHead reads a stored head. Errors: ErrNewerRecord, or a damaged record.
func DecodeHead(b []byte) (chat.Head, error) {
	var h chat.Head
	if len(b) > 0 && b[0] > headVersion {
		return h, fmt.Errorf("%w: head version %d", ErrNewerRecord, b[0])
	}
	if len(b) < headFixedBytes || b[0] == 0 || b[2] > byte(chat.StateResolved) {
		return h, errRecord
	}
	h.Started, h.Blocked = b[1]&flagStarted != 0, b[1]&flagBlocked != 0
	h.State, h.LastFrom = chat.State(b[2]), chat.Role(b[3])
	version := b[0]
	b = b[4:]
	for _, field := range [...][]byte{h.ID[:], h.Website[:], h.Assigned[:], h.SecretHash[:]} {
		b = b[copy(field, b):]
	}
	h.Epoch = chat.Epoch(binary.BigEndian.Uint64(b))
	h.Senders = binary.BigEndian.Uint64(b[8:])
	r := reader{b: b[16:]}
	for _, n := range [...]*uint64{
		&h.Version, &h.Seq, &h.Notes, &h.Read.Visitor, &h.Read.Agent, &h.Delivered.Visitor, &h.Delivered.Agent,
	} {
		*n = r.uvarint()
	}
	h.Unread.Visitor, h.Unread.Agent = uint32(r.uvarint()), uint32(r.uvarint())
	h.CreatedAt, h.ActiveAt = r.time(), r.time()
	if version == timedHeadVersion {
		_ = r.time()
	}
	h.Name, h.Preview = r.text(), r.text()
	if r.failed || len(r.b) != 0 {
		return chat.Head{}, errRecord
	}
	return h, nil
}

// EncodeVisitor returns the stored form of what is known of a visitor.
func EncodeVisitor(v *chat.Visitor) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("persistence: encode visitor: %w", err)
	}
	version := byte(visitorVersion)
	if v.Consent == nil {
		version = silentVisitorVersion
	}
	return append([]byte{version}, b...), nil
}

// DecodeVisitor reads what EncodeVisitor made. Errors: ErrNewerRecord, or a damaged record.
func DecodeVisitor(b []byte) (chat.Visitor, error) {
	var v chat.Visitor
	switch {
	case len(b) == 0 || b[0] == 0:
		return v, errRecord
	case b[0] > visitorVersion:
		return v, fmt.Errorf("%w: visitor version %d", ErrNewerRecord, b[0])
	}
	if err := json.Unmarshal(b[1:], &v); err != nil {
		return chat.Visitor{}, errRecord // the decoder's own error may quote the visitor
	}
	return v, nil
}

// storedTime keeps a time to the millisecond, the precision of the wire; 0 is the zero time.
func storedTime(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// reader reads what AppendHead wrote; after a failure it returns zeros.
type reader struct {
	b      []byte
	failed bool
}

func (r *reader) uvarint() uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *reader) time() time.Time {
	n, size := binary.Varint(r.b)
	if size <= 0 {
		r.fail()
		return time.Time{}
	}
	r.b = r.b[size:]
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

func (r *reader) text() string {
	n := r.uvarint()
	if n > uint64(len(r.b)) {
		r.fail()
		return ""
	}
	text := string(r.b[:n])
	r.b = r.b[n:]
	return text
}

func (r *reader) fail() { r.b, r.failed = nil, true }
