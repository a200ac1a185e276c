package protocol

import (
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/parlor-chat/parlor/chat"
)

// ServerFrame is a frame that can be encoded by reflection: all but the hot ones are.
type ServerFrame interface{ frameType() string }

// Encode returns the frame's bytes. It panics on a value that cannot be encoded, which is a bug.
func Encode(f ServerFrame) []byte {
	body := appendValue(nil, f)
	b := make([]byte, 0, len(body)+24)
	b = append(b, `{"t":`...)
	b = strconv.AppendQuote(b, f.frameType())
	if len(body) > 2 {
		b = append(b, ',')
	}
	return append(b, body[1:]...)
}

type (
	// VisitorWelcome answers a visitor's hello.
	VisitorWelcome struct {
		Ref       int64          `json:"ref,omitzero"`
		Session   chat.SessionID `json:"session"`
		Token     string         `json:"token,omitzero"`
		Epoch     string         `json:"epoch"`
		Resume    string         `json:"resume"`
		Seq       uint64         `json:"seq"`
		Unread    uint32         `json:"unread"`
		Ongoing   bool           `json:"ongoing"`
		Read      chat.Marks     `json:"read"`
		Delivered chat.Marks     `json:"delivered"`
		User      chat.User      `json:"user"`
		Segments  []string       `json:"segments"`
		Data      map[string]any `json:"data"`
		Website   WebsiteInfo    `json:"website"`
		Online    bool           `json:"online"`
		Agents    []AgentInfo    `json:"agents"`
		Cookie    *CookieInfo    `json:"cookie,omitzero"`
		Consent   *ConsentInfo   `json:"consent,omitzero"`
		Triggers  []TriggerInfo  `json:"triggers"`
		Preview   bool           `json:"preview"`
		Limits    LimitsInfo     `json:"limits"`
	}
	// WebsiteInfo is what participants see of a website.
	WebsiteInfo struct {
		ID       chat.WebsiteID `json:"id"`
		Name     string         `json:"name"`
		Color    string         `json:"color,omitzero"`
		Greeting string         `json:"greeting,omitzero"`
	}
	// AgentInfo is an agent as others see it.
	AgentInfo struct {
		ID     chat.AgentID `json:"id"`
		Name   string       `json:"name"`
		Avatar string       `json:"avatar,omitzero"`
		Email  string       `json:"email,omitzero"`
		Online *bool        `json:"online,omitzero"`
	}
	// CookieInfo says how the session cookie is to be set (P1, P3, P4).
	CookieInfo struct {
		Name   string          `json:"name"`
		Mode   chat.CookieMode `json:"mode"`
		MaxAge int64           `json:"max_age"`
		Domain string          `json:"domain"`
		By     string          `json:"by"`
	}
	// TriggerInfo is a trigger with its condition.
	TriggerInfo struct {
		Name    string `json:"name"`
		AfterMS *int64 `json:"after_ms,omitzero"`
		URL     string `json:"url,omitzero"`
	}
	// LimitsInfo tells a client what it may send.
	LimitsInfo struct {
		TextChars  int `json:"text_chars"`
		FrameBytes int `json:"frame_bytes"`
		Pending    int `json:"pending"`
	}
	// AgentWelcome answers an agent's hello.
	AgentWelcome struct {
		Ref      int64         `json:"ref,omitzero"`
		Agent    AgentInfo     `json:"agent"`
		Websites []WebsiteInfo `json:"websites"`
		Limits   LimitsInfo    `json:"limits"`
	}
	// History is a page of a log, or a snapshot of its end.
	History struct {
		Ref      int64            `json:"ref,omitzero"`
		Session  chat.SessionID   `json:"session"`
		Messages []jsontext.Value `json:"messages"`
		Notes    []jsontext.Value `json:"notes,omitzero"`
		More     bool             `json:"more"`
	}
	// Typing shows that somebody composes.
	Typing struct {
		Session chat.SessionID `json:"session"`
		From    string         `json:"from"`
		On      bool           `json:"on"`
		Text    string         `json:"text,omitzero"`
		By      *AgentInfo     `json:"by,omitzero"`
	}
	// MarksFrame says how far each side has read and received.
	MarksFrame struct {
		Session   chat.SessionID `json:"session"`
		Read      chat.Marks     `json:"read"`
		Delivered chat.Marks     `json:"delivered"`
	}
	// VisitorPresence tells a visitor who answers now.
	VisitorPresence struct {
		Online bool        `json:"online"`
		Agents []AgentInfo `json:"agents"`
	}
	// UserFrame tells the other tabs who the visitor is now.
	UserFrame struct{ chat.User }
	// SegmentsFrame tells the other tabs the segments.
	SegmentsFrame struct {
		Segments []string `json:"segments"`
	}
	// DataFrame tells the other tabs the custom values.
	DataFrame struct {
		Data map[string]any `json:"data"`
	}
	// TriggerFrame says that a trigger fired.
	TriggerFrame struct {
		Name string `json:"name"`
	}
	// Deleted says that an agent deleted the session.
	Deleted struct {
		Session chat.SessionID `json:"session"`
	}
	// Pong answers ping.
	Pong struct {
		Ref int64 `json:"ref,omitzero"`
	}
)

func (VisitorWelcome) frameType() string  { return "welcome" }
func (AgentWelcome) frameType() string    { return "welcome" }
func (History) frameType() string         { return "history" }
func (Typing) frameType() string          { return "typing" }
func (MarksFrame) frameType() string      { return "marks" }
func (VisitorPresence) frameType() string { return "presence" }
func (UserFrame) frameType() string       { return "user" }
func (SegmentsFrame) frameType() string   { return "segments" }
func (DataFrame) frameType() string       { return "data" }
func (TriggerFrame) frameType() string    { return "trigger" }
func (Deleted) frameType() string         { return "deleted" }
func (Pong) frameType() string            { return "pong" }

// MarshalJSONTo keeps the embedded user's members on the frame itself.
func (f UserFrame) MarshalJSONTo(e *jsontext.Encoder) error { return json.MarshalEncode(e, f.User) }

// Raw turns stored frames into the members of a page.
func Raw(frames [][]byte) []jsontext.Value {
	if frames == nil {
		return nil
	}
	values := make([]jsontext.Value, len(frames))
	for i, f := range frames {
		values[i] = f
	}
	return values
}

// DescribeTrigger tells a client under which condition to report a trigger.
func DescribeTrigger(t chat.Trigger) TriggerInfo {
	info := TriggerInfo{Name: t.Name, URL: t.URLPrefix}
	if t.After != nil {
		ms := t.After.Milliseconds()
		info.AfterMS = &ms
	}
	return info
}

// FormatEpoch is an epoch as clients see it.
func FormatEpoch(e chat.Epoch) string {
	const digits = 16
	text := strconv.FormatUint(uint64(e), 16)
	return "0000000000000000"[:digits-len(text)] + text
}
