package protocol_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
)

func nested(opening, closing string, depth int) string {
	return strings.Repeat(opening, depth) + "1" + strings.Repeat(closing, depth)
}

func TestDecodeRefuses(t *testing.T) {
	for name, data := range map[string]string{
		"nothing":                       ``,
		"white space":                   ` `,
		"no JSON":                       `hello`,
		"half a frame":                  `{"t":"ping"`,
		"two frames":                    `{"t":"ping"}{"t":"ping"}`,
		"a comment":                     `{"t":"ping"/**/}`,
		"a trailing comma":              `{"t":"ping",}`,
		"a byte order mark":             "\ufeff" + `{"t":"ping"}`,
		"null":                          `null`,
		"a string":                      `"ping"`,
		"a number":                      `7`,
		"an array":                      `[{"t":"ping"}]`,
		"no type":                       `{}`,
		"an empty type":                 `{"t":""}`,
		"a type of another kind":        `{"t":1}`,
		"a type in capitals":            `{"T":"ping"}`,
		"a member twice":                `{"t":"ping","t":"ping"}`,
		"a member twice, escaped":       `{"t":"ping","\u0074":"ping"}`,
		"a member twice, inside":        `{"t":"data","data":{"a":1,"a":2}}`,
		"a member twice, in content":    `{"t":"message","content":{"url":"a","url":"b"}}`,
		"a member twice, in company":    `{"t":"user","company":{"name":"a","name":"b"}}`,
		"a member twice, in an unknown": `{"t":"ping","x":{"a":1,"a":2}}`,
		"depth 17 of objects":           `{"t":"data","data":` + nested(`{"a":`, `}`, 16) + `}`,
		"depth 17 of arrays":            `{"t":"ping","x":` + nested(`[`, `]`, 16) + `}`,
		"depth 100,000 of objects":      `{"t":"data","data":` + nested(`{"a":`, `}`, 100_000) + `}`,
		"depth 100,000 of arrays":       nested(`[`, `]`, 100_000),
		"100,000 opened and no end":     strings.Repeat(`[`, 100_000),
		"a number beyond a float":       `{"t":"data","data":{"a":1e999}}`,
		"a limit beyond a float":        `{"t":"history","limit":1e999}`,
		"a sequence below zero":         `{"t":"read","seq":-1}`,
		"a sequence of minus zero":      `{"t":"read","seq":-0}`,
		"a sequence of 2^64":            `{"t":"read","seq":18446744073709551616}`,
		"a sequence with a fraction":    `{"t":"read","seq":1.5}`,
		"a sequence with an exponent":   `{"t":"read","seq":1e2}`,
		"a sequence as text":            `{"t":"read","seq":"1"}`,
		"a sequence as an object":       `{"t":"read","seq":{}}`,
		"a reference below zero":        `{"t":"ping","ref":-1}`,
		"a reference of 2^31":           `{"t":"ping","ref":2147483648}`,
		"a reference of 2^63":           `{"t":"ping","ref":9223372036854775808}`,
		"a reference as text":           `{"t":"ping","ref":"1"}`,
		"a flag as a number":            `{"t":"typing","on":1}`,
		"a flag as text":                `{"t":"typing","on":"true"}`,
		"text as a number":              `{"t":"note","text":7}`,
		"segments as text":              `{"t":"segments","segments":"customer"}`,
		"segments of numbers":           `{"t":"segments","segments":[1]}`,
		"data as an array":              `{"t":"data","data":[]}`,
		"a page as text":                `{"t":"hello","page":"https://www.example.com/"}`,
		"resume as a number":            `{"t":"hello","resume":12}`,
		"resume with a fraction":        `{"t":"hello","resume":{"epoch":"a","seq":1.5}}`,
		"resume of 2^63":                `{"t":"hello","resume":{"epoch":"a","seq":9223372036854775808}}`,
		"a control character":           "{\"t\":\"note\",\"text\":\"a\x00b\"}",
		"half an escape":                `{"t":"note","text":"\u12"}`,
		"no such escape":                `{"t":"note","text":"\x41"}`,
	} {
		if f, err := protocol.Decode([]byte(data)); !errors.Is(err, protocol.ErrBadFrame) || f != nil {
			t.Errorf("%s: %+v, %v; want a bad frame", name, f, err)
		}
	}
}

func TestDecodeAccepts(t *testing.T) {
	for name, data := range map[string]string{
		"white space":               " {\n\t\"t\" : \"ping\"\r} ",
		"an unknown member":         `{"t":"ping","later":[{"a":null}]}`,
		"an unknown type":           `{"t":"later"}`,
		"a name in capitals":        `{"t":"ping","SEQ":"ignored"}`,
		"the largest reference":     `{"t":"ping","ref":2147483647}`,
		"the largest sequence":      `{"t":"read","seq":18446744073709551615}`,
		"a resume below zero":       `{"t":"hello","resume":{"epoch":"","seq":-1,"n":-9223372036854775808}}`,
		"depth 16":                  `{"t":"ping","x":` + nested(`[`, `]`, 15) + `}`,
		"brackets in text":          `{"t":"note","text":"` + strings.Repeat(`[`, 1000) + `"}`,
		"brackets behind a quote":   `{"t":"note","text":"\"` + strings.Repeat(`{\\\"`, 1000) + `"}`,
		"many objects side by side": `{"t":"ping","x":[` + strings.Repeat(`{},`, 1000) + `{}]}`,
	} {
		if _, err := protocol.Decode([]byte(data)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Text is stored as it came, but for what is no text (GUARANTEES, 19).
func TestDecodeText(t *testing.T) {
	for quoted, want := range map[string]string{
		`"\u0000"`:             "\x00",
		`"\u202e\u2066\u200b"`: "\u202e\u2066\u200b",
		`"` + strings.Repeat("\u0301", 1000) + `"`: strings.Repeat("\u0301", 1000),
		`"\u2028"`:                    "\u2028",
		`"\ud83e\udd9c"`:              "🦜",
		`"\ud83e"`:                    "\ufffd",
		`"\udd9c\ud83e"`:              "\ufffd\ufffd",
		`"\ud83e!"`:                   "\ufffd!",
		`"<script>alert(1)</script>"`: "<script>alert(1)</script>",
	} {
		f, err := protocol.Decode([]byte(`{"t":"message","id":"` + firstID.String() + `","type":"text","content":` + quoted + `}`))
		if err != nil {
			t.Errorf("%.40s: %v", quoted, err)
			continue
		}
		command, refusal, _ := f.Command()
		if post, ok := command.(chat.PostMessage); !ok || refusal != nil || post.Content.Text != want {
			t.Errorf("%.40s: %+v, %v; want %q", quoted, command, refusal, want)
		}
	}
}

// The frame must not change when the buffer that it came in is used for the next.
func TestDecodeKeepsNoReference(t *testing.T) {
	for name, data := range samplesOf(t, visitorToServer) {
		f, err := protocol.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		again, err := protocol.Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		clear(data)
		if !reflect.DeepEqual(f, again) {
			t.Fatalf("%s: the same bytes made two frames", name)
		}
		one, _, _ := f.Command()
		two, _, _ := again.Command()
		if !reflect.DeepEqual(one, two) {
			t.Errorf("%s: %+v and %+v", name, one, two)
		}
		if want, ok := visitorAsks[name]; ok && want.command != nil && !reflect.DeepEqual(one, want.command) {
			t.Errorf("%s became %+v", name, one)
		}
	}
}

// What is well formed and still not allowed is told as invalid, with the member's name.
func TestCommandRefuses(t *testing.T) {
	id := `"id":"` + firstID.String() + `"`
	for data, member := range map[string]string{
		`{"t":"message","type":"text","content":"a"}`:                                        "id",
		`{"t":"message","id":"","type":"text","content":"a"}`:                                "id",
		`{"t":"message","id":"0F8FAD5BD9CB469FA16570867728950E","type":"text","content":""}`: "id",
		`{"t":"message","id":"0f8fad5bd9cb469fa1657086772895","type":"text","content":"a"}`:  "id",
		`{"t":"message","id":"0f8fad5bd9cb469fa16570867728950g","type":"text","content":""}`: "id",
		`{"t":"message",` + id + `,"type":"text"}`:                                           "content",
		`{"t":"message",` + id + `,"type":"text","content":null}`:                            "content",
		`{"t":"message",` + id + `,"type":"text","content":7}`:                               "content",
		`{"t":"message",` + id + `,"type":"text","content":["a"]}`:                           "content",
		`{"t":"message",` + id + `,"type":"text","content":{"url":"https://a.example/"}}`:    "content",
		`{"t":"message",` + id + `,"type":"file"}`:                                           "content",
		`{"t":"message",` + id + `,"type":"file","content":null}`:                            "content",
		`{"t":"message",` + id + `,"type":"file","content":"https://a.example/"}`:            "content",
		`{"t":"message",` + id + `,"type":"file","content":{"url":7}}`:                       "content",
		`{"t":"message",` + id + `,"type":"audio","content":{"duration":1e999}}`:             "content",
		`{"t":"message",` + id + `,"type":"audio","content":{"duration":"long"}}`:            "content",
		`{"t":"note","text":"a"}`:                                                            "id",
		`{"t":"read"}`:                                                                       "seq",
		`{"t":"read","seq":0}`:                                                               "seq",
		`{"t":"read","seq":null}`:                                                            "seq",
		`{"t":"delivered"}`:                                                                  "seq",
		`{"t":"trigger"}`:                                                                    "name",
		`{"t":"user","nickname":7}`:                                                          "nickname",
		`{"t":"user","email":["a"]}`:                                                         "email",
		`{"t":"user","phone":{}}`:                                                            "phone",
		`{"t":"user","avatar":false}`:                                                        "avatar",
		`{"t":"user","company":"Example"}`:                                                   "company",
		`{"t":"user","company":{"name":7}}`:                                                  "company",
		`{"t":"user","company":[]}`:                                                          "company",
		`{"t":"data"}`:                                                                       "data",
		`{"t":"data","data":{}}`:                                                             "data",
		`{"t":"data","data":null}`:                                                           "data",
		`{"t":"assign","agent":""}`:                                                          "agent",
		`{"t":"assign","agent":"Ada"}`:                                                       "agent",
		`{"t":"state"}`:                                                                      "state",
		`{"t":"state","state":"Resolved"}`:                                                   "state",
	} {
		f, err := protocol.Decode([]byte(data))
		if err != nil {
			t.Errorf("%s: %v", data, err)
			continue
		}
		_, refusal, ok := f.Command()
		if !ok || refusal == nil || refusal.Code != chat.CodeInvalid || !strings.HasPrefix(refusal.Message, member+":") {
			t.Errorf("%s: %v, want invalid: %s", data, refusal, member)
		}
	}
}

// An author, a time or a place in the log are the server's to give (GUARANTEES, 44).
func TestCommandIgnoresWhatOnlyTheServerSays(t *testing.T) {
	f, err := protocol.Decode([]byte(`{"t":"message","id":"` + firstID.String() + `","type":"text","content":"a",
		"from":"agent","by":{"id":"` + adaID.String() + `","name":"Ada"},"at":1,"seq":1000,"n":7,"auto":"welcome","session":"` + other.String() + `"}`))
	if err != nil {
		t.Fatal(err)
	}
	command, refusal, _ := f.Command()
	want := chat.PostMessage{ID: firstID, Content: chat.Content{Type: chat.TypeText, Text: "a"}}
	if refusal != nil || command != chat.Command(want) {
		t.Fatalf("%+v, %v; want %+v", command, refusal, want)
	}
	now := began.Add(time.Hour)
	s := chat.NewSession(website, session, 1, [32]byte{}, began)
	events, _, refusal := chat.Rules{Limits: chat.DefaultLimits()}.Decide(s, visitor, command, now)
	if refusal != nil || len(events) != 1 {
		t.Fatalf("%v, %v", events, refusal)
	}
	m := events[0].(chat.MessagePosted).Message
	if m.Seq != 1 || m.From != visitor || !m.At.Equal(now) || m.Trigger != "" {
		t.Errorf("posted as %+v", m)
	}

	f, err = protocol.Decode([]byte(`{"t":"event","name":"state","system":true,"by":{"name":"Ada"},"after":9,"at":1}`))
	if err != nil {
		t.Fatal(err)
	}
	if command, _, _ := f.Command(); !reflect.DeepEqual(command, chat.PushEvent{Event: chat.PageEvent{Name: "state"}}) {
		t.Errorf("%+v", command)
	}
}

// Neither side gets anything done with the other's frames (GUARANTEES, 43).
func TestCommandsOfTheOtherSide(t *testing.T) {
	rules := chat.Rules{Limits: chat.DefaultLimits(), Triggers: []chat.Trigger{{Name: "welcome", Message: "Need a hand?"}}}
	shared := map[string]bool{"message": true, "typing": true, "read": true, "delivered": true}
	for direction, who := range map[string]chat.Participant{visitorToServer: ada, agentToServer: visitor} {
		for name, data := range samplesOf(t, direction) {
			f, err := protocol.Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			command, _, ok := f.Command()
			if !ok || shared[f.T] {
				continue
			}
			s := chat.NewSession(website, session, 1, [32]byte{}, began)
			events, effects, refusal := rules.Decide(s, who, command, began)
			if refusal == nil || refusal.Code != chat.CodeForbidden || events != nil || effects != nil {
				t.Errorf("%s/%s as %v: %v, %v, %v", direction, name, who.Role, events, effects, refusal)
			}
		}
	}
}

func TestParseFilter(t *testing.T) {
	for name, want := range map[string]uint8{"": 0, "open": 0, "resolved": 1, "all": 2} {
		if got, ok := protocol.ParseFilter(name); !ok || got != want {
			t.Errorf("%q: %d, %t; want %d", name, got, ok, want)
		}
	}
	if _, ok := protocol.ParseFilter("Open"); ok {
		t.Error("Open is a filter")
	}
}
