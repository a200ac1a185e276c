package load

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// A message's id says whose it is: 8 hexadecimal digits of the visitor's number, 8 of the message's, and 16 of the run.
const (
	idDigits  = 32
	idVisitor = 4
	idNumber  = 8
)

// run tells the ids of one run from those of another: without it, the second run would send only repeats.
type run [8]byte

func newRun() (r run) {
	_, _ = rand.Read(r[:]) // never fails: crypto/rand ends the process instead
	return r
}

// draft is a message frame, of which only the id changes.
type draft struct {
	frame []byte
	id    []byte // within frame
	raw   [idDigits / 2]byte
}

// newDraft makes the frame of a visitor's text messages with the given length.
func newDraft(visitor uint32, r run, textBytes int) *draft {
	return draftOf(`{"t":"message","id":"`, visitor, r, strings.Repeat("x", textBytes))
}

// draftOf makes the frame that begins with head, up to the id.
func draftOf(head string, visitor uint32, r run, text string) *draft {
	d := &draft{frame: []byte(head + strings.Repeat("0", idDigits) + `","type":"text","content":"` + text + `"}`)}
	d.id = d.frame[len(head) : len(head)+idDigits]
	binary.BigEndian.PutUint32(d.raw[:], visitor)
	copy(d.raw[idNumber:], r[:])
	return d
}

// number is the frame of the message with this number; it is valid until the next call.
func (d *draft) number(n uint32) []byte {
	binary.BigEndian.PutUint32(d.raw[idVisitor:], n)
	hex.Encode(d.id, d.raw[:])
	return d.frame
}

// kind is what a frame is to those who count messages.
type kind uint8

const (
	other kind = iota
	message
	ack
)

// frame is a message that somebody received, or the answer to one.
type frame struct {
	kind            kind
	visitor, number uint32
	// seq is the number in the log, 0 where messages are not numbered.
	seq uint64
}

var (
	messageHead = []byte(`{"t":"message"`)
	ackHead     = []byte(`{"t":"ack"`)
	errorHead   = []byte(`{"t":"error"`)
	idBefore    = []byte(`"id":"`)
	seqBefore   = []byte(`"seq":`)
)

// errRefused begins the text of every error frame.
var errRefused = errors.New("the server refused")

// parse reads a frame. Of frames other than messages and acks it says no more than that; an error frame is an error.
func parse(data []byte) (f frame, err error) {
	switch {
	case bytes.HasPrefix(data, messageHead):
		f.kind = message
	case bytes.HasPrefix(data, ackHead):
		f.kind = ack
	case bytes.HasPrefix(data, errorHead):
		return f, fmt.Errorf("%w: %s", errRefused, data)
	default:
		return f, nil
	}
	at := bytes.Index(data, idBefore)
	if at < 0 || len(data) < at+len(idBefore)+idDigits {
		if f.kind == ack { // of a command that is no message
			return frame{}, nil
		}
		return f, errors.New("a message without an id")
	}
	var id [idNumber]byte
	if _, err := hex.Decode(id[:], data[at+len(idBefore):][:2*idNumber]); err != nil {
		return f, fmt.Errorf("a message with a foreign id: %w", err)
	}
	f.visitor, f.number, f.seq = binary.BigEndian.Uint32(id[:]), binary.BigEndian.Uint32(id[idVisitor:]), member(data, seqBefore)
	return f, nil
}

// member is the number behind a member's name, 0 when there is none. Both stand before a message's text, so the text cannot be taken for them.
func member(data, name []byte) (n uint64) {
	at := bytes.Index(data, name)
	if at < 0 {
		return 0
	}
	for _, c := range data[at+len(name):] {
		if c < '0' || c > '9' {
			break
		}
		n = 10*n + uint64(c-'0')
	}
	return n
}
