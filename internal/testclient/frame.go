package testclient

import "encoding/json"

// Frame is any frame of the server. Members that a frame does not have are zero.
type Frame struct {
	T             string            `json:"t"`
	Ref           int64             `json:"ref"`
	Code          string            `json:"code"`
	Message       string            `json:"message"`
	RetryMillis   int64             `json:"retry_ms"`
	ID            string            `json:"id"`
	Seq           uint64            `json:"seq"`
	N             uint64            `json:"n"`
	After         uint64            `json:"after"`
	At            int64             `json:"at"`
	Website       json.RawMessage   `json:"website"`
	Session       string            `json:"session"`
	Token         string            `json:"token"`
	Epoch         string            `json:"epoch"`
	Resume        string            `json:"resume"`
	Unread        int               `json:"unread"`
	Ongoing       bool              `json:"ongoing"`
	Read          Marks             `json:"read"`
	Delivered     Marks             `json:"delivered"`
	From          string            `json:"from"`
	Type          string            `json:"type"`
	Content       json.RawMessage   `json:"content"`
	Text          string            `json:"text"`
	Auto          string            `json:"auto"`
	On            bool              `json:"on"`
	By            *Person           `json:"by"`
	Messages      []Frame           `json:"messages"`
	Notes         []Frame           `json:"notes"`
	More          bool              `json:"more"`
	Name          string            `json:"name"`
	Color         string            `json:"color"`
	Fired         *bool             `json:"fired"`
	Online        bool              `json:"online"`
	Agents        []Person          `json:"agents"`
	Agent         *Person           `json:"agent"`
	Websites      []json.RawMessage `json:"websites"`
	Conversation  *Summary          `json:"conversation"`
	Conversations []Summary         `json:"conversations"`
	Next          string            `json:"next"`
	Count         int               `json:"count"`
	Reset         bool              `json:"reset"`
	Visitors      json.RawMessage   `json:"visitors"`
	Gone          []string          `json:"gone"`
	Visitor       *Details          `json:"visitor"`
	Cookie        *Cookie           `json:"cookie"`
	Triggers      []Trigger         `json:"triggers"`
	User          map[string]any    `json:"user"`
	Segments      []string          `json:"segments"`
	Data          json.RawMessage   `json:"data"`
	System        bool              `json:"system"`
	Consent       *Consent          `json:"consent"`
	Tracking      *bool             `json:"tracking"`
	Removed       bool              `json:"removed"`

	// Raw is the frame as it came.
	Raw json.RawMessage `json:"-"`
}

// Marks are how far each side has read or received.
type Marks struct {
	Visitor uint64 `json:"visitor"`
	Agent   uint64 `json:"agent"`
}

// Person is an agent.
type Person struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Online bool   `json:"online"`
}

// Cookie is how the session cookie is to be set.
type Cookie struct {
	Name   string `json:"name"`
	Mode   string `json:"mode"`
	MaxAge int64  `json:"max_age"`
	Domain string `json:"domain"`
	By     string `json:"by"`
}

// Trigger is one that has not fired.
type Trigger struct {
	Name    string `json:"name"`
	AfterMS *int64 `json:"after_ms"`
	URL     string `json:"url"`
}

// Summary is a conversation in the inbox.
type Summary struct {
	Session  string `json:"session"`
	Name     string `json:"name"`
	State    string `json:"state"`
	Unread   int    `json:"unread"`
	Assigned string `json:"assigned"`
	Last     *Frame `json:"last"`
	Online   bool   `json:"online"`
	Blocked  bool   `json:"blocked"`
	Version  uint64 `json:"version"`
}

// Page is what a visitor looks at.
type Page struct {
	URL   string `json:"url"`
	Title string `json:"title"`
}

// Details are what agents see of a visitor.
type Details struct {
	Online   bool           `json:"online"`
	User     map[string]any `json:"user"`
	Segments []string       `json:"segments"`
	Data     map[string]any `json:"data"`
	Page     *Page          `json:"page"`
	Pages    []Page         `json:"pages"`
	Locale   string         `json:"locale"`
	Browser  string         `json:"browser"`
	System   string         `json:"system"`
	IP       string         `json:"ip"`
	Consent  *Consent       `json:"consent"`
}

// Consent is what a visitor said about tracking, and whether the website demands it.
type Consent struct {
	Required bool   `json:"required"`
	Tracking *bool  `json:"tracking"`
	Removed  uint64 `json:"removed"`
}

// TextOf is the text of a message.
func (f Frame) TextOf() string {
	var text string
	_ = json.Unmarshal(f.Content, &text) // other contents have no text
	return text
}

// LiveVisitors are those of a visitors frame.
func (f Frame) LiveVisitors() []LiveVisitor {
	var list []LiveVisitor
	_ = json.Unmarshal(f.Visitors, &list) // an inbox frame has a number here
	return list
}

// LiveVisitor is a visitor on the website now.
type LiveVisitor struct {
	Session string `json:"session"`
	Page    Page   `json:"page"`
	Locale  string `json:"locale"`
	Pages   int    `json:"pages"`
	Ongoing bool   `json:"ongoing"`
}
