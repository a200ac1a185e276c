package chat

import (
	"encoding/hex"
	"errors"
	"strings"
)

// ErrMalformedID reports that a text is not an id of the wanted kind. It never repeats the text.
var ErrMalformedID = errors.New("chat: malformed id")

// sessionPrefix precedes a session's UUID in its text form: session_<uuid>.
const sessionPrefix = "session_"

// WebsiteID identifies a website. Its text form is a UUID (RFC 9562).
type WebsiteID [16]byte

// AgentID identifies an agent. Its text form is a UUID (RFC 9562).
type AgentID [16]byte

// SessionID identifies a visitor's session. Its text form is session_<uuid>. Knowing it gives no access: the cookie's secret does.
type SessionID [16]byte

// MessageID is the id that a client gives to what it sends: 128 random bits, 32 lowercase hexadecimal digits on the wire. Together with
// its sender it is unique for the session's life (G3).
type MessageID [16]byte

// NewWebsiteID makes an id from 16 random bytes.
func NewWebsiteID(random [16]byte) WebsiteID { return WebsiteID(version4(random)) }

// NewAgentID makes an id from 16 random bytes.
func NewAgentID(random [16]byte) AgentID { return AgentID(version4(random)) }

// NewSessionID makes an id from 16 random bytes.
func NewSessionID(random [16]byte) SessionID { return SessionID(version4(random)) }

// ParseWebsiteID reads a UUID in its canonical form, in either case.
func ParseWebsiteID(text string) (WebsiteID, error) {
	id, err := parseUUID(text)
	return WebsiteID(id), err
}

// ParseAgentID reads a UUID in its canonical form, in either case.
func ParseAgentID(text string) (AgentID, error) {
	id, err := parseUUID(text)
	return AgentID(id), err
}

// ParseSessionID reads session_<uuid>.
func ParseSessionID(text string) (SessionID, error) {
	rest, ok := strings.CutPrefix(text, sessionPrefix)
	if !ok {
		return SessionID{}, ErrMalformedID
	}
	id, err := parseUUID(rest)
	return SessionID(id), err
}

// ParseMessageID reads 32 lowercase hexadecimal digits.
func ParseMessageID(text string) (MessageID, error) {
	var id MessageID
	if len(text) != 32 || strings.ToLower(text) != text {
		return id, ErrMalformedID
	}
	if _, err := hex.Decode(id[:], []byte(text)); err != nil {
		return MessageID{}, ErrMalformedID
	}
	return id, nil
}

func (id WebsiteID) String() string { return string(appendUUID(nil, id)) }
func (id AgentID) String() string   { return string(appendUUID(nil, id)) }
func (id SessionID) String() string { return string(id.AppendText(nil)) }
func (id MessageID) String() string { return hex.EncodeToString(id[:]) }

// AppendText appends the text form to b.
func (id SessionID) AppendText(b []byte) []byte {
	return appendUUID(append(b, sessionPrefix...), id)
}

// AppendText appends the text form to b.
func (id WebsiteID) AppendText(b []byte) []byte { return appendUUID(b, id) }

// AppendText appends the text form to b.
func (id AgentID) AppendText(b []byte) []byte { return appendUUID(b, id) }

// AppendText appends the text form to b.
func (id MessageID) AppendText(b []byte) []byte { return hex.AppendEncode(b, id[:]) }

// IsZero reports whether the id was never set: no agent, that is nobody.
func (id AgentID) IsZero() bool { return id == AgentID{} }

// IsZero reports whether the id was never set.
func (id SessionID) IsZero() bool { return id == SessionID{} }

// IsZero reports whether the id was never set.
func (id WebsiteID) IsZero() bool { return id == WebsiteID{} }

// MarshalText implements [encoding.TextMarshaler].
func (id WebsiteID) MarshalText() ([]byte, error) { return appendUUID(nil, id), nil }

// MarshalText implements [encoding.TextMarshaler].
func (id AgentID) MarshalText() ([]byte, error) { return appendUUID(nil, id), nil }

// MarshalText implements [encoding.TextMarshaler].
func (id SessionID) MarshalText() ([]byte, error) { return id.AppendText(nil), nil }

// MarshalText implements [encoding.TextMarshaler].
func (id MessageID) MarshalText() ([]byte, error) { return id.AppendText(nil), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (id *WebsiteID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseWebsiteID(string(b))
	return
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (id *AgentID) UnmarshalText(b []byte) (err error) { *id, err = ParseAgentID(string(b)); return }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (id *SessionID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseSessionID(string(b))
	return
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (id *MessageID) UnmarshalText(b []byte) (err error) {
	*id, err = ParseMessageID(string(b))
	return
}

func version4(b [16]byte) [16]byte {
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return b
}

func appendUUID(b []byte, id [16]byte) []byte {
	var text [36]byte
	hex.Encode(text[0:], id[0:4])
	hex.Encode(text[9:], id[4:6])
	hex.Encode(text[14:], id[6:8])
	hex.Encode(text[19:], id[8:10])
	hex.Encode(text[24:], id[10:16])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return append(b, text[:]...)
}

func parseUUID(text string) ([16]byte, error) {
	var id [16]byte
	if len(text) != 36 {
		return id, ErrMalformedID
	}
	var digits [32]byte
	n := 0
	for i := range len(text) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (text[i] == '-') {
			return id, ErrMalformedID
		}
		if !dash {
			digits[n] = text[i]
			n++
		}
	}
	if _, err := hex.Decode(id[:], digits[:]); err != nil {
		return [16]byte{}, ErrMalformedID
	}
	return id, nil
}
