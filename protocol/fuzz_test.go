package protocol_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
)

var awkwardFrames = []string{
	``, `{}`, `null`, `[]`, `{"t":"message","content":"\ud800"}`, `{"t":"read","seq":18446744073709551615}`, `{"t":"data","data":{"a":1e308}}`,
	`{"t":"user","company":null,"nickname":null}`, `{"t":"event","name":"a","data":{"a":{"b":[]}}}`, `{"t":"hello","resume":{"seq":-1}}`,
	"{\"t\":\"note\",\"text\":\"\xff\"}", strings.Repeat("[", 20),
}

// addFrames seeds a target with every client's sample and some that are awkward.
func addFrames(f *testing.F, add func(data []byte)) {
	for _, asks := range []string{visitorToServer, agentToServer} {
		for _, data := range samplesOf(f, asks) {
			add(data)
		}
	}
	for _, data := range awkwardFrames {
		add([]byte(data))
	}
}

// FuzzDecodePlain: what the short way accepts, the general decoder reads the same.
func FuzzDecodePlain(f *testing.F) {
	addFrames(f, func(data []byte) { f.Add(data) })
	for _, data := range []string{
		`{"t":"message","id":"","type":"text","content":"","ref":0}`, `{"t":"message","ref":01}`, `{"t":"message","ref":-0}`,
		`{"t":"message","ref":99999999999}`, `{"t":"message","t":"message"}`, `{"t":"message",}`, `{"t":"message"} `, `{}`, `{,}`,
		`{"t":"typing","text":"ö"}`, "{\"t\":\"typing\",\"text\":\"\xc3\"}", `{"t":"typing","text":"\""}`, "{\"t\":\"typing\",\"text\":\"\x7f\"}",
	} {
		f.Add([]byte(data))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		short, ok := protocol.DecodePlain(data)
		if !ok {
			return
		}
		general, err := protocol.DecodeGeneral(data)
		if err != nil || !protocol.Same(short, general) {
			t.Fatalf("%q was read as %+v, and by the general decoder as %+v, %v", data, short, general, err)
		}
	})
}

// TestHotFramesAreDecodedTheShortWay: the frames that come all the time, as the chatbox and the inbox send them.
func TestHotFramesAreDecodedTheShortWay(t *testing.T) {
	for _, data := range []string{
		`{"t":"message","ref":7,"id":"00112233445566778899aabbccddeeff","type":"text","content":"Grüße!"}`,
		`{"t":"message","ref":7,"website":"a","session":"b","id":"00112233445566778899aabbccddeeff","type":"text","content":"Hi"}`,
	} {
		if _, ok := protocol.DecodePlain([]byte(data)); !ok {
			t.Errorf("%s went the long way", data)
		}
	}
}

// FuzzDecode: any bytes are a bad frame or a frame, and a frame is what encoding/json would have understood too.
func FuzzDecode(f *testing.F) {
	addFrames(f, func(data []byte) { f.Add(data) })
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		frame, err := protocol.Decode(data)
		if !bytes.Equal(before, data) {
			t.Fatal("the bytes were changed")
		}
		if err != nil {
			if !errors.Is(err, protocol.ErrBadFrame) || frame != nil {
				t.Fatalf("%v, %v", frame, err)
			}
			return
		}
		if frame.T == "" || frame.Ref < 0 || frame.Ref > protocol.MaxRef {
			t.Fatalf("%+v", frame)
		}
		var members map[string]json.RawMessage
		if err := json.Unmarshal(data, &members); err != nil {
			t.Fatalf("%v: %q", err, data)
		}
		var kind string
		if err := json.Unmarshal(members["t"], &kind); err != nil || kind != frame.T {
			t.Fatalf("type %q, want %q: %v", frame.T, kind, err)
		}
	})
}

// FuzzCommand gives whatever a frame asks to a session, as either side: nothing panics, each side stays within its own commands, and what
// is posted becomes a frame that reads as it was written.
func FuzzCommand(f *testing.F) {
	addFrames(f, func(data []byte) { f.Add(data, true); f.Add(data, false) })
	rules := chat.Rules{Limits: chat.DefaultLimits(), Triggers: []chat.Trigger{{Name: "welcome", Message: "Need a hand?"}}}
	f.Fuzz(func(t *testing.T, data []byte, agent bool) {
		frame, err := protocol.Decode(data)
		if err != nil {
			return
		}
		command, refusal, ok := frame.Command()
		if !ok || refusal != nil {
			if ok && refusal.Code != chat.CodeInvalid {
				t.Fatalf("refused with %v", refusal)
			}
			return
		}
		who := visitor
		if agent {
			who = ada
		}
		s := chat.NewSession(website, session, 1, [32]byte{}, began)
		events, _, refusal := rules.Decide(s, who, command, began)
		if refusal != nil {
			wantJSON(t, protocol.EncodeError(frame.Ref, chat.MessageID{}, refusal))
			return
		}
		for _, e := range events {
			s.Apply(e)
			switch e := e.(type) {
			case chat.MessagePosted:
				checkMessage(t, &e.Message)
			case chat.NotePosted:
				wantJSON(t, protocol.EncodeNote(session, &e.Note))
			}
		}
		wantJSON(t, protocol.Encode(protocol.VisitorFrame{Session: session, Visitor: protocol.Detail(&s.Head, &s.Visitor, true)}))
		wantJSON(t, protocol.Encode(protocol.Conversation{Website: website, Conversation: protocol.Summarize(&s.Head, true)}))
	})
}

// awkwardTexts are texts that encoders get wrong.
var awkwardTexts = []string{
	"", "Where is my parcel?", "\x00\x1f\x7f", "\u2028\u2029", "\"\\/", "\xff", "a\xc0\x80b", "\xed\xa0\x80", "\xed\xb0\x80\xed\xa0\x80", "\xf0\x9f\xa6", "🦜",
	"\ufffd", "\ufeff", "</script><!--", "\u202e\u2066", strings.Repeat("\u0301", 100), "\r\n\t\b\f",
}

// FuzzEncodeMessage: any text makes a frame that is JSON and UTF-8 and reads as the same text; what is no UTF-8 becomes U+FFFD.
func FuzzEncodeMessage(f *testing.F) {
	for _, text := range awkwardTexts {
		f.Add(text, uint64(1), int64(0))
		f.Add(text, uint64(1)<<53-1, began.UnixMilli())
	}
	f.Fuzz(func(t *testing.T, text string, seq uint64, at int64) {
		for _, m := range []chat.Message{
			{Seq: seq, ID: firstID, From: visitor, Content: chat.Content{Type: chat.TypeText, Text: text}},
			{Seq: seq, ID: firstID, From: chat.Participant{Role: chat.RoleAgent, Agent: adaID, Name: text, Avatar: text}, Content: chat.Content{Type: chat.TypeText}},
			{Seq: seq, ID: firstID, From: chat.Participant{Role: chat.RoleSystem}, Trigger: text, Content: chat.Content{Type: chat.TypeText, Text: text}},
			{Seq: seq, ID: firstID, From: visitor, Content: chat.Content{Type: chat.TypeFile, Attachment: chat.Attachment{URL: text, Type: text, Name: text}}},
		} {
			m.At = time.UnixMilli(at)
			checkMessage(t, &m)
		}
	})
}

// FuzzEncodeNote is the same for the agents' log and for refusals.
func FuzzEncodeNote(f *testing.F) {
	for _, text := range awkwardTexts {
		f.Add(text, 1.5)
	}
	f.Fuzz(func(t *testing.T, text string, number float64) {
		var got struct{ Text, Name, Color, Message string }
		readBack(t, protocol.EncodeNote(session, &chat.Note{N: 1, ID: noteID, By: ada, At: began, Text: text}), &got)
		if got.Text != valid(text) {
			t.Errorf("%q became %q", text, got.Text)
		}
		readBack(t, protocol.EncodeError(1, noteID, &chat.Error{Code: chat.CodeInvalid, Message: text}), &got)
		if got.Message != valid(text) {
			t.Errorf("%q became %q", text, got.Message)
		}
		event := chat.PageEvent{Name: text, Color: text, Data: map[string]any{"text": text}}
		if number-number == 0 { // JSON has no infinities, and decoding lets none in
			event.Data["number"] = number
		}
		readBack(t, protocol.EncodeNote(session, &chat.Note{N: 1, By: visitor, At: began, Event: &event}), &got)
		if got.Name != valid(text) || got.Color != valid(text) {
			t.Errorf("%q became %q and %q", text, got.Name, got.Color)
		}
	})
}

// valid is what becomes of a text: the replacement character for each byte that is no UTF-8.
func valid(text string) string {
	var b strings.Builder
	for _, r := range text {
		b.WriteRune(r)
	}
	return b.String()
}

// checkMessage encodes a message and reads it as a client would.
func checkMessage(t *testing.T, m *chat.Message) {
	t.Helper()
	var got struct {
		T, Session, ID, From, Type, Auto string
		Seq                              uint64
		Content                          any
		At                               int64
		By                               *struct{ ID, Name, Avatar string }
	}
	readBack(t, protocol.EncodeMessage(session, m), &got)
	if got.T != "message" || got.Session != session.String() || got.ID != m.ID.String() || got.Seq != m.Seq ||
		got.At != m.At.UnixMilli() || got.Type != string(m.Content.Type) || got.Auto != valid(m.Trigger) {
		t.Errorf("%+v became %+v", m, got)
	}
	want := any(valid(m.Content.Text))
	if m.Content.Type != chat.TypeText {
		want = attachment(m.Content.Attachment)
	}
	if !reflect.DeepEqual(got.Content, want) {
		t.Errorf("content %q became %q", want, got.Content)
	}
	if (got.By != nil) != (m.From.Role == chat.RoleAgent) || (got.By != nil && (got.By.Name != valid(m.From.Name) || got.By.Avatar != valid(m.From.Avatar))) {
		t.Errorf("%+v became %+v", m.From, got.By)
	}
}

func attachment(a chat.Attachment) map[string]any {
	members := map[string]any{"url": valid(a.URL), "type": valid(a.Type)}
	if a.Name != "" {
		members["name"] = valid(a.Name)
	}
	if a.Duration != 0 {
		members["duration"] = a.Duration
	}
	return members
}

func wantJSON(t *testing.T, frame []byte) {
	t.Helper()
	readBack(t, frame, new(map[string]any))
}

func readBack(t *testing.T, frame []byte, to any) {
	t.Helper()
	if !utf8.Valid(frame) || bytes.ContainsAny(frame, "\n\x00") {
		t.Errorf("not one line of UTF-8: %q", frame)
	}
	if err := json.Unmarshal(frame, to); err != nil {
		t.Fatalf("%v: %q", err, frame)
	}
}
