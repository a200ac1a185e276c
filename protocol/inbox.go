package protocol

import (
	"time"

	"github.com/parlor-chat/parlor/chat"
)

type (
	// Summary is a conversation as a list shows it.
	Summary struct {
		Session  chat.SessionID `json:"session"`
		Name     *string        `json:"name"`
		State    string         `json:"state"`
		Unread   uint32         `json:"unread"`
		Assigned *chat.AgentID  `json:"assigned"`
		Last     *LastInfo      `json:"last"`
		ActiveAt int64          `json:"active_at"`
		Online   bool           `json:"online"`
		Blocked  bool           `json:"blocked"`
		Version  uint64         `json:"version"`
	}
	// LastInfo describes a conversation's newest message.
	LastInfo struct {
		Seq  uint64 `json:"seq"`
		From string `json:"from"`
		Text string `json:"text"`
		At   int64  `json:"at"`
	}
	// Inbox answers subscribe and inbox.
	Inbox struct {
		Ref           int64          `json:"ref,omitzero"`
		Website       chat.WebsiteID `json:"website"`
		Conversations []Summary      `json:"conversations"`
		Next          string         `json:"next,omitzero"`
		Visitors      int            `json:"visitors"`
		Agents        []AgentInfo    `json:"agents"`
	}
	// Conversation carries the new summary of one conversation.
	Conversation struct {
		Website      chat.WebsiteID `json:"website"`
		Conversation Summary        `json:"conversation"`
	}
	// Removed says that a conversation was deleted.
	Removed struct {
		Website chat.WebsiteID `json:"website"`
		Session chat.SessionID `json:"session"`
	}
	// AgentPresence tells agents who of them is there.
	AgentPresence struct {
		Website chat.WebsiteID `json:"website"`
		Agents  []AgentInfo    `json:"agents"`
	}
	// Visitors lists who is on the website, or what changed there.
	Visitors struct {
		Ref      int64            `json:"ref,omitzero"`
		Website  chat.WebsiteID   `json:"website"`
		Count    int              `json:"count"`
		Reset    bool             `json:"reset,omitzero"`
		Visitors []*LiveVisitor   `json:"visitors"`
		Gone     []chat.SessionID `json:"gone"`
	}
	// LiveVisitor is a visitor who is on the website now.
	LiveVisitor struct {
		Session chat.SessionID `json:"session"`
		Name    *string        `json:"name"`
		Page    *chat.Page     `json:"page"`
		Locale  string         `json:"locale"`
		Since   int64          `json:"since"`
		Pages   int            `json:"pages"`
		Ongoing bool           `json:"ongoing"`
	}
	// Opened answers open.
	Opened struct {
		Ref          int64          `json:"ref,omitzero"`
		Website      chat.WebsiteID `json:"website"`
		Session      chat.SessionID `json:"session"`
		Epoch        string         `json:"epoch"`
		Resume       string         `json:"resume"`
		Seq          uint64         `json:"seq"`
		N            uint64         `json:"n"`
		Read         chat.Marks     `json:"read"`
		Delivered    chat.Marks     `json:"delivered"`
		Conversation Summary        `json:"conversation"`
		Visitor      VisitorDetails `json:"visitor"`
	}
	// VisitorFrame says that a visitor's details changed.
	VisitorFrame struct {
		Session chat.SessionID `json:"session"`
		Visitor VisitorDetails `json:"visitor"`
	}
	// VisitorDetails is what agents see of a visitor.
	VisitorDetails struct {
		Online    bool            `json:"online"`
		User      chat.User       `json:"user"`
		Segments  []string        `json:"segments"`
		Data      map[string]any  `json:"data"`
		Consent   *ConsentDetails `json:"consent,omitzero"`
		Page      *chat.Page      `json:"page"`
		Pages     []PageInfo      `json:"pages"`
		Locale    string          `json:"locale"`
		Timezone  string          `json:"timezone"`
		Browser   string          `json:"browser"`
		System    string          `json:"system"`
		IP        string          `json:"ip"`
		CreatedAt int64           `json:"created_at"`
		SeenAt    int64           `json:"seen_at"`
	}
	// PageInfo is a visited page with its time.
	PageInfo struct {
		URL   string `json:"url"`
		Title string `json:"title"`
		At    int64  `json:"at"`
	}
)

func (Inbox) frameType() string         { return "inbox" }
func (Conversation) frameType() string  { return "conversation" }
func (Removed) frameType() string       { return "removed" }
func (AgentPresence) frameType() string { return "presence" }
func (Visitors) frameType() string      { return "visitors" }
func (Opened) frameType() string        { return "opened" }
func (VisitorFrame) frameType() string  { return "visitor" }

// Summarize describes a conversation for a list.
func Summarize(h *chat.Head, online bool) Summary {
	s := Summary{
		Session: h.ID, State: h.State.String(), Unread: h.Unread.Agent, ActiveAt: millis(h.ActiveAt),
		Online: online, Blocked: h.Blocked, Version: h.Version,
	}
	if h.Name != "" {
		name := h.Name
		s.Name = &name
	}
	if !h.Assigned.IsZero() {
		agent := h.Assigned
		s.Assigned = &agent
	}
	if h.Seq > 0 {
		s.Last = &LastInfo{Seq: h.Seq, From: side(h.LastFrom), Text: h.Preview, At: millis(h.ActiveAt)}
	}
	return s
}

// Detail describes a visitor for agents.
func Detail(h *chat.Head, v *chat.Visitor, online bool) VisitorDetails {
	d := VisitorDetails{
		Online: online, User: v.Who(), Segments: v.Segments, Data: v.Data, Consent: consentDetails(v.Consent), Locale: v.Locale, Timezone: v.Timezone,
		Browser: v.Browser, System: v.System, CreatedAt: millis(h.CreatedAt), SeenAt: millis(v.SeenAt),
		Pages: make([]PageInfo, len(v.Pages)),
	}
	if v.Addr.IsValid() {
		d.IP = v.Addr.Addr().String()
	}
	for i, p := range v.Pages {
		d.Pages[i] = PageInfo{p.URL, p.Title, millis(p.At)}
	}
	if len(v.Pages) > 0 {
		page := v.Pages[0].Page
		d.Page = &page
	}
	return d
}

// Live describes a visitor for the list of those on the website now.
func Live(h *chat.Head, v *chat.Visitor) *LiveVisitor {
	l := &LiveVisitor{Session: h.ID, Locale: v.Locale, Since: millis(h.CreatedAt), Pages: v.Visits, Ongoing: h.Started}
	if h.Name != "" {
		name := h.Name
		l.Name = &name
	}
	if len(v.Pages) > 0 {
		l.Page = &v.Pages[0].Page
	}
	return l
}

// millis is a time on the wire; the zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// ParseFilter reads the name of an inbox filter; the empty name is open. The values are 0, 1, 2 in the order open, resolved, all.
func ParseFilter(name string) (uint8, bool) {
	switch name {
	case "", "open":
		return 0, true
	case "resolved":
		return 1, true
	case "all":
		return 2, true
	}
	return 0, false
}
