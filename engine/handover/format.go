package handover

import (
	"bufio"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"io"
	"iter"
	"time"

	"github.com/parlor-chat/parlor/actors"
)

// What is handed over is, in this order:
//
//	magic, version of the format       8 bytes, 1 byte
//	time since the machine was booted  8 bytes, nanoseconds
//	each session                       its length, then the session
//	0, the number of sessions
//	HMAC-SHA256 of all that            32 bytes, under the deployment's key
//
// Lengths and numbers are varints. Times are ages, and their clock counts from the boot: a wall clock that is changed makes nobody younger or
// older (G20). The code says that all is there, unchanged, and meant for this deployment.
const (
	magic   = "parlor\x00H"
	version = 1
)

// maxAge is how old what is handed over may be: the longest that a temporary session lives (P7).
const maxAge = 30 * time.Minute

// maxSessionBytes bounds one session; a larger one ends early. What makes one large are agents' notes.
const maxSessionBytes = 16 << 20

// What may be wrong with what was handed over.
var (
	errDamaged = errors.New("it is damaged, incomplete, or another deployment's")
	errNewer   = errors.New("another version of Parlor wrote it")
	errOld     = errors.New("it is older than half an hour")
)

func newCode(key [32]byte) hash.Hash {
	return hmac.New(sha256.New, append([]byte("parlor handover "), key[:]...))
}

// encode writes sessions, as of a time since the boot, and returns how many.
func encode(w io.Writer, key [32]byte, uptime time.Duration, sessions iter.Seq[actors.Left]) (n int, err error) {
	code := newCode(key)
	out := bufio.NewWriterSize(w, 1<<18)
	both := io.MultiWriter(out, code)
	now := time.Now()
	b := binary.BigEndian.AppendUint64(append([]byte(magic), version), uint64(uptime))
	if _, err := both.Write(b); err != nil {
		return 0, err
	}
	var length [binary.MaxVarintLen64]byte
	for s := range sessions {
		if b, err = appendSession(b[:0], &s, now); err != nil {
			return n, err
		}
		if len(b) > maxSessionBytes {
			continue
		}
		if _, err := both.Write(binary.AppendUvarint(length[:0], uint64(len(b)))); err != nil {
			return n, err
		}
		if _, err := both.Write(b); err != nil {
			return n, err
		}
		n++
	}
	if _, err := both.Write(binary.AppendUvarint([]byte{0}, uint64(n))); err != nil {
		return n, err
	}
	if _, err := out.Write(code.Sum(nil)); err != nil {
		return n, err
	}
	return n, out.Flush()
}

// decode reads what encode wrote, all of it or nothing. Errors: errDamaged, errNewer, errOld, and those of r.
func decode(r io.Reader, key [32]byte, uptime time.Duration) (sessions []actors.Left, err error) {
	in := &coded{in: bufio.NewReaderSize(r, 1<<18), code: newCode(key)}
	head := in.bytes(nil, len(magic)+1+8)
	if in.err != nil {
		return nil, in.err
	}
	if string(head[:len(magic)]) != magic {
		return nil, errDamaged
	}
	if head[len(magic)] != version {
		return nil, errNewer
	}
	age := uptime - time.Duration(binary.BigEndian.Uint64(head[len(magic)+1:]))
	if age < 0 || age > maxAge { // younger than nothing: another boot's
		return nil, errOld
	}
	written := time.Now().Add(-age)
	var b []byte
	for {
		n := in.uvarint()
		if n == 0 {
			break
		}
		if n > maxSessionBytes {
			return nil, errDamaged
		}
		if b = in.bytes(b, int(n)); in.err != nil {
			break
		}
		s, err := decodeSession(b, written)
		if err != nil {
			return nil, err
		}
		sessions = append(sessions, s)
	}
	if err := in.finish(len(sessions)); err != nil {
		return nil, err
	}
	return sessions, nil
}

// coded reads and computes the code of what it read. After an error it returns zeros.
type coded struct {
	in   *bufio.Reader
	code hash.Hash
	err  error
}

// bytes reads n bytes into b, which it makes longer when needed.
func (c *coded) bytes(b []byte, n int) []byte {
	if cap(b) < n {
		b = make([]byte, n)
	}
	b = b[:n]
	if c.err == nil {
		_, err := io.ReadFull(c.in, b)
		c.fail(err)
		_, _ = c.code.Write(b) // never fails
	}
	return b
}

// ReadByte implements io.ByteReader.
func (c *coded) ReadByte() (byte, error) {
	one, err := c.in.ReadByte()
	_, _ = c.code.Write([]byte{one}) // never fails
	return one, err
}

func (c *coded) uvarint() uint64 {
	if c.err != nil {
		return 0
	}
	n, err := binary.ReadUvarint(c)
	if err != nil {
		c.fail(err)
		return 0
	}
	return n
}

func (c *coded) fail(err error) {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errDamaged
	}
	c.err = err
}

// finish reads the end and compares.
func (c *coded) finish(n int) error {
	if c.uvarint() != uint64(n) && c.err == nil {
		return errDamaged
	}
	want := c.code.Sum(nil)
	have := c.bytes(nil, len(want))
	if c.err != nil {
		return c.err
	}
	if !hmac.Equal(have, want) {
		return errDamaged
	}
	if _, err := c.in.ReadByte(); !errors.Is(err, io.EOF) {
		return errDamaged
	}
	return nil
}
