package persistence

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/parlor-chat/parlor/chat"
)

// ErrCursor reports that the cursor is not one that Inbox gave out.
var ErrCursor = errors.New("persistence: bad cursor")

// Bound is the page's limit, brought into its bounds.
func (p Page) Bound() int { return Bound(p.Limit) }

// Bound is the page's limit, brought into its bounds.
func (p NotePage) Bound() int { return Bound(p.Limit) }

// Bound is the page's limit, brought into its bounds.
func (q InboxQuery) Bound() int { return Bound(q.Limit) }

// Bound is a limit, brought into the bounds of a page.
func Bound(limit int) int {
	if limit <= 0 || limit > MaxPage {
		return MaxPage
	}
	return limit
}

// Shows reports whether conversations in the state pass the filter.
func (f Filter) Shows(s chat.State) bool {
	switch f {
	case FilterOpen:
		return s != chat.StateResolved
	case FilterResolved:
		return s == chat.StateResolved
	default:
		return true
	}
}

// Position is a conversation's place in an inbox: the newest message first, and the id where two are equal.
type Position struct {
	AtMillis int64
	Session  chat.SessionID
}

// PositionOf returns a conversation's place.
func PositionOf(h *chat.Head) Position { return Position{storedTime(h.ActiveAt), h.ID} }

// Compare is negative when p stands before other.
func (p Position) Compare(other Position) int {
	return cmp.Or(cmp.Compare(other.AtMillis, p.AtMillis), bytes.Compare(p.Session[:], other.Session[:]))
}

// Cursor is the position as a client hands it back.
func (p Position) Cursor() string {
	return base64.RawURLEncoding.EncodeToString(append(binary.BigEndian.AppendUint64(nil, uint64(p.AtMillis)), p.Session[:]...))
}

// ParseCursor reads a cursor; the empty one is the zero position. Errors: ErrCursor.
func ParseCursor(text string) (Position, error) {
	var p Position
	if text == "" {
		return p, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(b) != 8+len(p.Session) {
		return p, fmt.Errorf("%w: use the one that came as next", ErrCursor)
	}
	p.AtMillis = int64(binary.BigEndian.Uint64(b))
	copy(p.Session[:], b[8:])
	return p, nil
}
