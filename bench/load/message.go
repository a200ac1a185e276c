package load

import (
	"bytes"
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

var (
	idBefore    = []byte(`"id":"`)
	messageHead = []byte(`{"t":"message"`)
	errorHead   = []byte(`{"t":"error"`)
)

// draft is a visitor's message frame, of which only the id changes.
type draft struct {
	frame []byte
	id    []byte // within frame
	raw   [idDigits / 2]byte
}

// newDraft makes the frame of a visitor's text messages with the given length.
func newDraft(visitor uint32, run [8]byte, textBytes int) *draft {
	const before = `{"t":"message","id":"`
	d := &draft{frame: []byte(before + strings.Repeat("0", idDigits) + `","type":"text","content":"` + strings.Repeat("x", textBytes) + `"}`)}
	d.id = d.frame[len(before) : len(before)+idDigits]
	binary.BigEndian.PutUint32(d.raw[:], visitor)
	copy(d.raw[idNumber:], run[:])
	return d
}

// number is the frame of the visitor's message with this number; it is valid until the next call.
func (d *draft) number(n uint32) []byte {
	binary.BigEndian.PutUint32(d.raw[idVisitor:], n)
	hex.Encode(d.id, d.raw[:])
	return d.frame
}

// parse reads the visitor and number of a message that an agent received. It reports false for other frames.
func parse(frame []byte) (visitor, number uint32, ok bool, err error) {
	if bytes.HasPrefix(frame, errorHead) {
		return 0, 0, false, fmt.Errorf("load: the server refused: %s", frame)
	}
	if !bytes.HasPrefix(frame, messageHead) {
		return 0, 0, false, nil
	}
	at := bytes.Index(frame, idBefore)
	if at < 0 || len(frame) < at+len(idBefore)+idDigits {
		return 0, 0, false, errors.New("load: a message without an id")
	}
	var id [idNumber]byte
	if _, err := hex.Decode(id[:], frame[at+len(idBefore):][:2*idNumber]); err != nil {
		return 0, 0, false, fmt.Errorf("load: a message with a foreign id: %w", err)
	}
	return binary.BigEndian.Uint32(id[:]), binary.BigEndian.Uint32(id[idVisitor:]), true, nil
}
