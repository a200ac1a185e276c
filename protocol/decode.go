package protocol

import (
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/parlor-chat/parlor/chat"
)

// ErrBadFrame reports bytes that are no frame: not one JSON object, wrong types, nested too deep, a member twice. The connection is closed
// with 4400. The error never repeats the bytes.
var ErrBadFrame = errors.New("protocol: bad frame")

// MaxRef is the largest reference a client may use.
const MaxRef = 1<<31 - 1

// ClientFrame is any frame that a client sends: the members of all frames, of which each frame uses its own. Unknown members are ignored.
type ClientFrame struct {
	T   string `json:"t"`
	Ref int64  `json:"ref"`

	Website string  `json:"website"`
	Session string  `json:"session"`
	Token   string  `json:"token"`
	TokenID string  `json:"token_id"`
	Resume  *Resume `json:"resume"`

	Page     *chat.Page `json:"page"`
	URL      string     `json:"url"`
	Title    string     `json:"title"`
	Referrer string     `json:"referrer"`
	Locale   string     `json:"locale"`
	Timezone string     `json:"timezone"`

	ID      string         `json:"id"`
	Type    string         `json:"type"`
	Content jsontext.Value `json:"content"`
	// plain is Content when that is a string with nothing escaped in it, and was decoded the short way.
	plain  string
	Text   string `json:"text"`
	On     bool   `json:"on"`
	Seq    uint64 `json:"seq"`
	Before uint64 `json:"before"`
	After  uint64 `json:"after"`
	Limit  int    `json:"limit"`
	Cursor string `json:"cursor"`
	Filter string `json:"filter"`
	Watch  bool   `json:"watch"`

	Name      string         `json:"name"`
	Nickname  jsontext.Value `json:"nickname"`
	Email     jsontext.Value `json:"email"`
	Phone     jsontext.Value `json:"phone"`
	Avatar    jsontext.Value `json:"avatar"`
	Company   jsontext.Value `json:"company"`
	Segments  []string       `json:"segments"`
	Overwrite bool           `json:"overwrite"`
	Data      map[string]any `json:"data"`
	Color     string         `json:"color"`

	Agent   *string `json:"agent"`
	State   string  `json:"state"`
	Blocked bool    `json:"blocked"`

	Tracking *bool `json:"tracking"`
}

// Resume says up to where a client has everything. A number below zero is one that no log has: the answer is a reset, not an error.
type Resume struct {
	Epoch string `json:"epoch"`
	Seq   int64  `json:"seq"`
	N     int64  `json:"n"`
}

// options of decoding. A text frame was checked to be UTF-8 before; what AllowInvalidUTF8 then lets through are escaped lone surrogates,
// which become U+FFFD.
var options = json.JoinOptions(
	jsontext.AllowInvalidUTF8(true),
	jsontext.AllowDuplicateNames(false),
)

// Decode reads one frame. The frame keeps no reference to data.
func Decode(data []byte) (*ClientFrame, error) {
	f := new(ClientFrame)
	if err := DecodeInto(data, f); err != nil {
		return nil, err
	}
	return f, nil
}

// DecodeInto is Decode into a frame that is used again: it is overwritten as a whole, and empty after an error. What a command took from
// it stays the command's.
func DecodeInto(data []byte, f *ClientFrame) error {
	*f = ClientFrame{}
	if decodePlain(data, f) && f.valid() {
		return nil
	}
	*f = ClientFrame{}
	if tooDeep(data) || json.Unmarshal(data, f, options) != nil || !f.valid() {
		*f = ClientFrame{}
		return ErrBadFrame
	}
	return nil
}

func (f *ClientFrame) valid() bool { return f.T != "" && f.Ref >= 0 && f.Ref <= MaxRef }
