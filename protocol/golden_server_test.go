package protocol_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
)

// began is when the conversation of the samples began.
var began = time.UnixMilli(1764000000000)

var (
	visitor = chat.Participant{Role: chat.RoleVisitor}
	ada     = chat.Participant{Role: chat.RoleAgent, Agent: adaID, Name: "Ada"}
	grace   = chat.Participant{Role: chat.RoleAgent, Agent: graceID, Name: "Grace", Avatar: "https://www.example.com/grace.png"}
)

var (
	question = chat.Message{
		Seq: 13, ID: firstID, From: visitor, At: began, Content: chat.Content{Type: chat.TypeText, Text: "Where is my parcel?"},
	}
	answer = chat.Message{
		Seq: 14, ID: otherID, From: ada, At: began.Add(9 * time.Second), Content: chat.Content{Type: chat.TypeText, Text: "On its way."},
	}
	greeting = chat.Message{
		Seq: 1, ID: otherID, From: chat.Participant{Role: chat.RoleSystem}, At: began, Trigger: "welcome",
		Content: chat.Content{Type: chat.TypeText, Text: "Need a hand?"},
	}
	label = chat.Message{Seq: 15, ID: noteID, From: grace, At: began.Add(time.Minute), Content: chat.Content{
		Type: chat.TypeFile, Attachment: chat.Attachment{URL: "https://files.example/label.png", Type: "image/png", Name: "label.png"},
	}}
	wave = chat.Message{Seq: 16, ID: noteID, From: visitor, At: began.Add(time.Minute), Content: chat.Content{
		Type: chat.TypeAnimation, Attachment: chat.Attachment{URL: "https://files.example/wave.gif", Type: "image/gif"},
	}}
	voice = chat.Message{Seq: 17, ID: noteID, From: visitor, At: began.Add(time.Minute), Content: chat.Content{
		Type: chat.TypeAudio, Attachment: chat.Attachment{URL: "https://files.example/voice.ogg", Type: "audio/ogg", Duration: 4.5},
	}}
	awkward = chat.Message{Seq: 18, ID: firstID, From: visitor, At: began.Add(time.Minute), Content: chat.Content{
		Type: chat.TypeText, Text: "</script>\"\\\n\x00\u2028\u202e\u200d🦜\ufffd",
	}}
)

var (
	note     = chat.Note{N: 3, After: 13, ID: noteID, By: ada, Text: "Ask the warehouse.", At: began.Add(time.Second)}
	checkout = chat.Note{N: 4, After: 13, By: visitor, At: began.Add(2 * time.Second), Event: &chat.PageEvent{
		Name: "checkout", Data: map[string]any{"total": 12.0, "paid": true}, Color: "red",
	}}
	assigned = chat.Note{N: 5, After: 14, By: grace, At: began.Add(time.Minute), Event: &chat.PageEvent{
		Name: "assigned", Data: map[string]any{"agent": adaID.String()}, System: true,
	}}
	released = chat.Note{N: 6, After: 14, By: ada, At: began.Add(time.Minute), Event: &chat.PageEvent{Name: "assigned", System: true}}
	resolved = chat.Note{N: 7, After: 14, By: ada, At: began.Add(time.Minute), Event: &chat.PageEvent{
		Name: "state", Data: map[string]any{"state": "resolved"}, System: true,
	}}
	blocked = chat.Note{N: 8, After: 14, By: ada, At: began.Add(time.Minute), Event: &chat.PageEvent{
		Name: "blocked", Data: map[string]any{"blocked": true}, System: true,
	}}
)

// head is the conversation after question and answer.
func head() chat.Head {
	return chat.Head{
		ID: session, Website: website, Version: 31, Seq: 13, Notes: 3, Started: true, State: chat.StateUnresolved,
		Unread: chat.UnreadCounts{Agent: 2}, CreatedAt: began.Add(-time.Hour), ActiveAt: began, Name: "Marie",
		LastFrom: chat.RoleVisitor, Preview: "Where is my parcel?",
	}
}

// temporary is a session in which nobody wrote.
func temporary() chat.Head {
	return chat.Head{ID: other, Website: website, CreatedAt: began}
}

func marie() *chat.Visitor {
	return &chat.Visitor{
		User: &chat.User{
			Nickname: "Marie", Email: "marie@example.com", Phone: "+33 1 99 00 12 34", Avatar: "https://www.example.com/marie.png", Company: company(),
		},
		Segments: []string{"customer"}, Data: map[string]any{"plan": "pro", "seats": 5.0, "paid": true},
		Locale: "fr-FR", Timezone: "Europe/Paris", Browser: "Firefox", System: "Windows",
		Addr: netip.MustParseAddrPort("203.0.113.7:50123"), Visits: 3, SeenAt: began.Add(time.Minute),
		Pages: []chat.PageVisit{
			{Page: chat.Page{URL: "https://www.example.com/pricing", Title: "Pricing", Referrer: "https://www.example.com/"}, At: began},
			{Page: chat.Page{URL: "https://www.example.com/", Title: "Home"}, At: began.Add(-time.Minute)},
		},
	}
}

// withdrawn is Marie, who does not want to be tracked.
func withdrawn() *chat.Visitor {
	v := marie()
	v.Segments, v.Data, v.Consent = nil, nil, &chat.Consent{At: began.Add(time.Minute), Removed: 4}
	return v
}

func agents(online bool) []protocol.AgentInfo {
	return []protocol.AgentInfo{
		{ID: adaID, Name: "Ada", Online: new(online)},
		{ID: graceID, Name: "Grace", Avatar: grace.Avatar, Online: new(false)},
	}
}

func summary() protocol.Summary {
	h := head()
	return protocol.Summarize(&h, true)
}

func details(h chat.Head, v *chat.Visitor, online bool) protocol.VisitorDetails {
	return protocol.Detail(&h, v, online)
}

func live(h chat.Head, v *chat.Visitor) *protocol.LiveVisitor { return protocol.Live(&h, v) }

var site = protocol.WebsiteInfo{ID: website, Name: "Demo", Color: "blue", Greeting: "Hello! How can we help?"}

// reflected are the samples that Encode makes.
var reflected = map[string]protocol.ServerFrame{
	"server-to-visitor/welcome": protocol.VisitorWelcome{
		Session: session, Token: session.String() + ".Zm9ydHktdHdvIGlzIHRoZSBhbnN3ZXIgdG8gaXQgYWw", Epoch: protocol.FormatEpoch(0x9f3c21d07ab4e655),
		Resume: "none", Seq: 12, Unread: 2, Ongoing: true, Read: chat.Marks{Visitor: 10, Agent: 12}, Delivered: chat.Marks{Visitor: 12, Agent: 12},
		User: chat.User{Nickname: "Marie"}, Segments: []string{"customer"}, Data: map[string]any{"plan": "pro"},
		Website: site, Online: true, Agents: []protocol.AgentInfo{{ID: adaID, Name: "Ada"}},
		Cookie: &protocol.CookieInfo{
			Name: "parlor-client%2Fsession%2F" + website.String(), Mode: chat.CookieOnLoad, MaxAge: 15552000, By: "script",
		},
		Triggers: []protocol.TriggerInfo{protocol.DescribeTrigger(chat.Trigger{Name: "welcome", After: new(5 * time.Second), URLPrefix: "/pricing"})},
		Preview:  true, Limits: protocol.LimitsInfo{TextChars: chat.MaxTextChars, FrameBytes: protocol.VisitorFrameBytes, Pending: protocol.PendingCommands},
	},
	"server-to-visitor/welcome-new": protocol.VisitorWelcome{
		Ref: 5, Session: other, Token: other.String() + ".Zm9ydHktdHdvIGlzIHRoZSBhbnN3ZXIgdG8gaXQgYWw", Epoch: protocol.FormatEpoch(0x1d), Resume: "none",
		Website: protocol.WebsiteInfo{ID: website, Name: "Demo"},
		Cookie: &protocol.CookieInfo{
			Name: "parlor-client%2Fsession%2F" + website.String(), Mode: chat.CookieOnConsent, MaxAge: 86400, Domain: "example.com", By: "server",
		},
		Consent:  protocol.DescribeConsent(true, nil),
		Triggers: []protocol.TriggerInfo{protocol.DescribeTrigger(chat.Trigger{Name: "help"})},
		Limits:   protocol.LimitsInfo{TextChars: chat.MaxTextChars, FrameBytes: protocol.VisitorFrameBytes, Pending: protocol.PendingCommands},
	},
	"server-to-visitor/welcome-consent": protocol.VisitorWelcome{
		Session: session, Epoch: protocol.FormatEpoch(0x9f3c21d07ab4e655), Resume: "none", Website: site,
		Consent: protocol.DescribeConsent(true, &chat.Consent{Tracking: true}),
		Limits:  protocol.LimitsInfo{TextChars: chat.MaxTextChars, FrameBytes: protocol.VisitorFrameBytes, Pending: protocol.PendingCommands},
	},
	"server-to-visitor/welcome-withdrawn": protocol.VisitorWelcome{
		Session: session, Epoch: protocol.FormatEpoch(0x9f3c21d07ab4e655), Resume: "none", Website: site,
		Consent: protocol.DescribeConsent(false, &chat.Consent{}),
		Limits:  protocol.LimitsInfo{TextChars: chat.MaxTextChars, FrameBytes: protocol.VisitorFrameBytes, Pending: protocol.PendingCommands},
	},
	"server-to-visitor/history": protocol.History{
		Ref: 3, Session: session, More: true,
		Messages: protocol.Raw([][]byte{protocol.EncodeMessage(session, &question), protocol.EncodeMessage(session, &answer)}),
	},
	"server-to-visitor/history-snapshot": protocol.History{
		Session: session, Messages: protocol.Raw([][]byte{protocol.EncodeMessage(session, &greeting)}),
	},
	"server-to-visitor/history-empty": protocol.History{Ref: 3, Session: session},
	"server-to-visitor/typing":        protocol.Typing{Session: session, From: "agent", On: true, By: &protocol.AgentInfo{ID: adaID, Name: "Ada"}},
	"server-to-visitor/typing-off":    protocol.Typing{Session: session, From: "agent", By: &protocol.AgentInfo{ID: adaID, Name: "Ada"}},
	"server-to-visitor/marks":         marks,
	"server-to-visitor/presence": protocol.VisitorPresence{Online: true, Agents: []protocol.AgentInfo{
		{ID: adaID, Name: "Ada"}, {ID: graceID, Name: "Grace", Avatar: grace.Avatar},
	}},
	"server-to-visitor/presence-nobody":   protocol.VisitorPresence{},
	"server-to-visitor/user":              protocol.UserFrame{User: *marie().User},
	"server-to-visitor/user-unknown":      protocol.UserFrame{},
	"server-to-visitor/segments":          protocol.SegmentsFrame{Segments: []string{"customer"}},
	"server-to-visitor/segments-none":     protocol.SegmentsFrame{},
	"server-to-visitor/data":              protocol.DataFrame{Data: map[string]any{"plan": "pro", "seats": 5.0, "paid": true}},
	"server-to-visitor/data-none":         protocol.DataFrame{},
	"server-to-visitor/consent":           protocol.ConsentFrame{Tracking: true},
	"server-to-visitor/consent-withdrawn": protocol.ConsentFrame{},
	"server-to-visitor/trigger":           protocol.TriggerFrame{Name: "welcome"},
	"server-to-visitor/deleted":           protocol.Deleted{Session: session},
	"server-to-visitor/pong":              protocol.Pong{},

	"server-to-agent/welcome": protocol.AgentWelcome{
		Agent: protocol.AgentInfo{ID: adaID, Name: "Ada", Email: "ada@example.com"}, Websites: []protocol.WebsiteInfo{{ID: website, Name: "Demo", Color: "blue"}},
		Limits: protocol.LimitsInfo{TextChars: chat.MaxTextChars, FrameBytes: protocol.AgentFrameBytes, Pending: protocol.PendingCommands},
	},
	"server-to-agent/welcome-nothing": protocol.AgentWelcome{
		Ref: 1, Agent: protocol.AgentInfo{ID: graceID, Name: "Grace", Avatar: grace.Avatar, Email: "grace@example.com"},
		Limits: protocol.LimitsInfo{TextChars: chat.MaxTextChars, FrameBytes: protocol.AgentFrameBytes, Pending: protocol.PendingCommands},
	},
	"server-to-agent/inbox": protocol.Inbox{
		Ref: 1, Website: website, Conversations: []protocol.Summary{summary()}, Next: "GaSm0mAA", Visitors: 87, Agents: agents(true),
	},
	"server-to-agent/inbox-empty":  protocol.Inbox{Website: website},
	"server-to-agent/conversation": protocol.Conversation{Website: website, Conversation: summary()},
	"server-to-agent/conversation-assigned": protocol.Conversation{Website: website, Conversation: protocol.Summarize(&chat.Head{
		ID: other, Version: 8, Seq: 2, State: chat.StateResolved, Blocked: true, Assigned: adaID, ActiveAt: began,
		LastFrom: chat.RoleAgent, Preview: "Bye.",
	}, false)},
	"server-to-agent/removed":  protocol.Removed{Website: website, Session: session},
	"server-to-agent/presence": protocol.AgentPresence{Website: website, Agents: agents(true)},
	"server-to-agent/visitors": protocol.Visitors{
		Ref: 3, Website: website, Count: 87, Reset: true, Visitors: []*protocol.LiveVisitor{live(head(), marie()), live(temporary(), &chat.Visitor{})},
	},
	"server-to-agent/visitors-left": protocol.Visitors{Website: website, Count: 86, Gone: []chat.SessionID{other}},
	"server-to-agent/opened": protocol.Opened{
		Ref: 4, Website: website, Session: session, Epoch: protocol.FormatEpoch(0x9f3c21d07ab4e655), Resume: "ok", Seq: 13, N: 3,
		Read: chat.Marks{Visitor: 13, Agent: 11}, Delivered: chat.Marks{Visitor: 13, Agent: 13},
		Conversation: summary(), Visitor: details(head(), marie(), true),
	},
	"server-to-agent/opened-temporary": protocol.Opened{
		Website: website, Session: other, Epoch: protocol.FormatEpoch(0x1d), Resume: "reset",
		Conversation: protocol.Summarize(new(temporary()), true), Visitor: details(temporary(), &chat.Visitor{}, true),
	},
	"server-to-agent/history": protocol.History{
		Ref: 6, Session: session, More: true,
		Messages: protocol.Raw([][]byte{protocol.EncodeMessage(session, &question), protocol.EncodeMessage(session, &answer)}),
		Notes:    protocol.Raw([][]byte{protocol.EncodeNote(session, &note), protocol.EncodeNote(session, &checkout)}),
	},
	"server-to-agent/typing":       protocol.Typing{Session: session, From: "visitor", On: true, Text: "Where is"},
	"server-to-agent/typing-agent": protocol.Typing{Session: session, From: "agent", On: true, By: &protocol.AgentInfo{ID: graceID, Name: "Grace", Avatar: grace.Avatar}},
	"server-to-agent/marks":        marks,
	"server-to-agent/visitor":      protocol.VisitorFrame{Session: session, Visitor: details(head(), marie(), true)},
	"server-to-agent/visitor-consent": protocol.VisitorFrame{Session: other, Visitor: details(temporary(), &chat.Visitor{
		Consent: &chat.Consent{Tracking: true, At: began.Add(time.Minute), Removed: 4},
	}, true)},
	"server-to-agent/visitor-withdrawn": protocol.VisitorFrame{Session: session, Visitor: details(head(), withdrawn(), false)},
	"server-to-agent/deleted":           protocol.Deleted{Session: session},
	"server-to-agent/pong":              protocol.Pong{Ref: 7},
}

var marks = protocol.MarksFrame{Session: session, Read: chat.Marks{Visitor: 10, Agent: 13}, Delivered: chat.Marks{Visitor: 12, Agent: 13}}

var (
	limited  = &chat.Error{Code: chat.CodeRateLimited, Message: "too many messages", Retry: 1200 * time.Millisecond}
	conflict = &chat.Error{Code: chat.CodeIDConflict, Message: "this id was used for something else"}
)

// written are the samples of the encoders that were written by hand.
var written = map[string][]byte{
	"server-to-visitor/message":           protocol.EncodeMessage(session, &question),
	"server-to-visitor/message-agent":     protocol.EncodeMessage(session, &answer),
	"server-to-visitor/message-trigger":   protocol.EncodeMessage(session, &greeting),
	"server-to-visitor/message-file":      protocol.EncodeMessage(session, &label),
	"server-to-visitor/message-animation": protocol.EncodeMessage(session, &wave),
	"server-to-visitor/message-audio":     protocol.EncodeMessage(session, &voice),
	"server-to-visitor/message-awkward":   protocol.EncodeMessage(session, &awkward),
	"server-to-visitor/ack":               protocol.EncodeAck(chat.SessionID{}, 0, firstID, 13, began.UnixMilli()),
	"server-to-visitor/ack-done":          protocol.EncodeDone(7),
	"server-to-visitor/ack-trigger":       protocol.EncodeFired(4, true),
	"server-to-visitor/ack-again":         protocol.EncodeFired(4, false),
	"server-to-visitor/error":             protocol.EncodeError(8, chat.MessageID{}, limited),
	"server-to-visitor/error-message":     protocol.EncodeError(0, firstID, conflict),

	"server-to-agent/message":        protocol.EncodeMessage(session, &question),
	"server-to-agent/message-agent":  protocol.EncodeMessage(session, &answer),
	"server-to-agent/ack":            protocol.EncodeAck(session, 9, otherID, 14, began.Add(9*time.Second).UnixMilli()),
	"server-to-agent/ack-done":       protocol.EncodeDone(7),
	"server-to-agent/ack-note":       protocol.EncodeAck(session, 0, noteID, 3, began.UnixMilli()),
	"server-to-agent/error":          protocol.EncodeError(8, chat.MessageID{}, &chat.Error{Code: chat.CodeUnknownAgent, Message: "no such agent answers for this website"}),
	"server-to-agent/note":           protocol.EncodeNote(session, &note),
	"server-to-agent/event":          protocol.EncodeNote(session, &checkout),
	"server-to-agent/event-assigned": protocol.EncodeNote(session, &assigned),
	"server-to-agent/event-released": protocol.EncodeNote(session, &released),
	"server-to-agent/event-state":    protocol.EncodeNote(session, &resolved),
	"server-to-agent/event-blocked":  protocol.EncodeNote(session, &blocked),
	"server-to-agent/event-removed":  removed(&checkout),
}

// removed is what is left of an event.
func removed(n *chat.Note) []byte {
	frame, _, err := protocol.RemoveEvent(protocol.EncodeNote(session, n))
	if err != nil {
		panic(err)
	}
	return frame
}

func TestGoldenServer(t *testing.T) {
	frames := make(map[string][]byte)
	for name, frame := range reflected {
		frames[name+".json"] = protocol.Encode(frame)
	}
	for name, frame := range written {
		frames[name+".json"] = frame
	}
	for name, frame := range frames {
		checkGolden(t, name, append(slices.Clone(frame), '\n'))
	}
	for _, s := range samples(t) {
		if s.Direction == serverToVisitor || s.Direction == serverToAgent {
			if frames[s.File] == nil {
				t.Errorf("%s: nothing in the test makes this sample", s.File)
			}
		}
	}
}

// Every kind of frame and every member of it stands in some sample with a value.
func TestGoldenServerIsComplete(t *testing.T) {
	members, types := make(map[string]bool), make(map[string]bool)
	for _, frame := range reflected {
		v := reflect.ValueOf(frame)
		types[v.Type().Name()] = true
		visit(v, members)
	}
	for name, filled := range members {
		if !filled {
			t.Errorf("%s has no value in any sample", name)
		}
	}
	declared := regexp.MustCompile(`(?m)^func \((\w+)\) frameType\(\)`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range declared.FindAllSubmatch(source, -1) {
			count++
			if !types[string(match[1])] {
				t.Errorf("%s of %s has no sample", match[1], file)
			}
		}
	}
	if count != len(types) {
		t.Errorf("%d types of frames in the source, %d in the samples", count, len(types))
	}
}

var rawJSON = reflect.TypeFor[jsontext.Value]()

// visit notes which members of structs hold a value.
func visit(v reflect.Value, members map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			visit(v.Elem(), members)
		}
	case reflect.Slice:
		for i := range v.Len() {
			if v.Type().Elem() != rawJSON {
				visit(v.Index(i), members)
			}
		}
	case reflect.Struct:
		for field, value := range v.Fields() {
			name := v.Type().Name() + "." + field.Name
			members[name] = members[name] || !value.IsZero()
			visit(value, members)
		}
	}
}
