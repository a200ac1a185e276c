package handover

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// appendSession appends one session as of now: its age, its head and its visitor as the store would keep them, its log, the receipts of its notes.
func appendSession(b []byte, s *actors.Left, now time.Time) ([]byte, error) {
	visitor, err := persistence.EncodeVisitor(&s.Session.Visitor)
	if err != nil {
		return nil, err
	}
	b = binary.AppendUvarint(b, uint64(max(0, now.Sub(s.LastAccess))))
	b = appendBytes(b, persistence.AppendHead(nil, &s.Session.Head))
	b = appendBytes(b, visitor)
	b = binary.AppendUvarint(b, uint64(len(s.Messages)))
	for _, m := range s.Messages {
		b = appendBytes(binary.AppendUvarint(b, m.Seq), m.Frame)
	}
	b = binary.AppendUvarint(b, uint64(len(s.Notes)))
	for _, n := range s.Notes {
		b = appendBytes(binary.AppendUvarint(binary.AppendUvarint(b, n.Seq), n.After), n.Frame)
	}
	b = binary.AppendUvarint(b, uint64(len(s.Receipts)))
	for _, d := range s.Receipts {
		b = append(b, byte(d.Sender.Role))
		for _, part := range [][16]byte{d.Sender.Agent, d.ID, d.Receipt.Body} {
			b = append(b, part[:]...)
		}
		b = binary.AppendUvarint(binary.AppendUvarint(b, d.Receipt.Seq), uint64(d.Receipt.AtMillis))
	}
	return b, nil
}

func appendBytes(b, part []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(part))), part...)
}

// decodeSession reads what appendSession appended, of a time.
func decodeSession(b []byte, written time.Time) (s actors.Left, err error) {
	r := &fields{b: b}
	age := r.uvarint()
	if age > uint64(maxAge) {
		return s, errDamaged
	}
	s.LastAccess = written.Add(-time.Duration(age))
	s.Session = new(chat.Session)
	if s.Session.Head, err = persistence.DecodeHead(r.bytes()); err != nil {
		return s, refused(err)
	}
	if s.Session.Visitor, err = persistence.DecodeVisitor(r.bytes()); err != nil {
		return s, refused(err)
	}
	s.Session.Visitor.Share()
	for range r.count() {
		s.Messages = append(s.Messages, persistence.Entry{Seq: r.uvarint(), Frame: r.copied()})
	}
	for range r.count() {
		n := persistence.NoteEntry{Entry: persistence.Entry{Seq: r.uvarint()}, After: r.uvarint()}
		n.Frame = r.copied()
		s.Notes = append(s.Notes, n)
	}
	for range r.count() {
		d := persistence.Dedupe{Sender: chat.Sender{Role: chat.Role(r.fixed(1)[0])}}
		for _, part := range [][]byte{d.Sender.Agent[:], d.ID[:], d.Receipt.Body[:]} {
			copy(part, r.fixed(16))
		}
		d.Receipt.Seq, d.Receipt.AtMillis = r.uvarint(), int64(r.uvarint())
		s.Receipts = append(s.Receipts, d)
	}
	if r.failed || len(r.b) > 0 || s.Session.Version != 0 || s.Session.Started {
		return s, errDamaged
	}
	return s, nil
}

// refused says why a record is not read: of it, nothing may be told.
func refused(err error) error {
	if errors.Is(err, persistence.ErrNewerRecord) {
		return fmt.Errorf("%w: %w", errNewer, err)
	}
	return errDamaged
}

// fields reads one session; after a failure it returns zeros.
type fields struct {
	b      []byte
	failed bool
}

func (f *fields) uvarint() uint64 {
	n, size := binary.Uvarint(f.b)
	if size <= 0 {
		f.fail()
		return 0
	}
	f.b = f.b[size:]
	return n
}

// count reads how many of something follow: no more than there are bytes.
func (f *fields) count() uint64 {
	n := f.uvarint()
	if n > uint64(len(f.b)) {
		f.fail()
		return 0
	}
	return n
}

// bytes returns what is valid as long as the whole session is.
func (f *fields) bytes() []byte {
	n := f.uvarint()
	if n > uint64(len(f.b)) {
		f.fail()
		return nil
	}
	part := f.b[:n]
	f.b = f.b[n:]
	return part
}

func (f *fields) copied() []byte { return append([]byte(nil), f.bytes()...) }

func (f *fields) fixed(n int) []byte {
	if n > len(f.b) {
		f.fail()
		return make([]byte, n)
	}
	part := f.b[:n]
	f.b = f.b[n:]
	return part
}

func (f *fields) fail() { f.b, f.failed = nil, true }
