package chat_test

import (
	"encoding"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/parlor-chat/parlor/chat"
)

func TestIDsSurviveTheirTextForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := [16]byte(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "random"))
		w, a, s := chat.NewWebsiteID(random), chat.NewAgentID(random), chat.NewSessionID(random)
		if w[6]>>4 != 4 || w[8]>>6 != 2 || a[6]>>4 != 4 || s[8]>>6 != 2 {
			t.Fatalf("%s is no UUID of version 4", w)
		}
		m := chat.MessageID(random)
		var w2 chat.WebsiteID
		var a2 chat.AgentID
		var s2 chat.SessionID
		var m2 chat.MessageID
		for _, c := range []struct {
			from encoding.TextMarshaler
			to   encoding.TextUnmarshaler
		}{{w, &w2}, {a, &a2}, {s, &s2}, {m, &m2}} {
			text, err := c.from.MarshalText()
			if err != nil {
				t.Fatal(err)
			}
			if err := c.to.UnmarshalText(text); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
		}
		if w2 != w || a2 != a || s2 != s || m2 != m {
			t.Fatalf("%s, %s, %s, %s came back as others", w, a, s, m)
		}
		upper, err := chat.ParseWebsiteID(strings.ToUpper(w.String()))
		if err != nil || upper != w {
			t.Fatalf("upper case: %v, %v", upper, err)
		}
		if string(a.AppendText([]byte("x"))) != "x"+a.String() || string(m.AppendText(nil)) != m.String() {
			t.Fatal("the two text forms differ")
		}
	})
}

func TestWhatIsNoIDIsRefused(t *testing.T) {
	const uuid = "8c1f7f0e-3b0a-4f43-9d6e-0d2f6a1b2c3d"
	hex32 := strings.Repeat("0a", 16)
	for _, text := range []string{
		"", uuid[1:], uuid + "0", strings.ReplaceAll(uuid, "-", ""), "{" + uuid + "}", "urn:uuid:" + uuid, strings.Replace(uuid, "8", "g", 1),
		strings.Replace(uuid, "-3", "3-", 1), strings.Replace(uuid, "8c", "é", 1), " " + uuid[1:],
	} {
		if _, err := chat.ParseWebsiteID(text); !errors.Is(err, chat.ErrMalformedID) {
			t.Errorf("website %q: %v", text, err)
		}
		if _, err := chat.ParseAgentID(text); !errors.Is(err, chat.ErrMalformedID) {
			t.Errorf("agent %q: %v", text, err)
		}
		if _, err := chat.ParseSessionID("session_" + text); !errors.Is(err, chat.ErrMalformedID) {
			t.Errorf("session %q: %v", text, err)
		}
	}
	for _, text := range []string{uuid, "SESSION_" + uuid, "session-" + uuid, "session_session_" + uuid} {
		if _, err := chat.ParseSessionID(text); err == nil {
			t.Errorf("session %q is one", text)
		}
	}
	for _, text := range []string{"", hex32[1:], hex32 + "0", strings.ToUpper(hex32), "g" + hex32[1:], uuid} {
		if _, err := chat.ParseMessageID(text); err == nil {
			t.Errorf("message %q is one", text)
		}
	}
	if !(chat.AgentID{}).IsZero() || (chat.AgentID{1}).IsZero() || !(chat.SessionID{}).IsZero() || !(chat.WebsiteID{}).IsZero() {
		t.Error("only the id that was never set is zero")
	}
}

func TestStatesAndRolesHaveNames(t *testing.T) {
	for _, s := range []chat.State{chat.StatePending, chat.StateUnresolved, chat.StateResolved} {
		if back, ok := chat.ParseState(s.String()); !ok || back != s {
			t.Errorf("%s came back as %s", s, back)
		}
	}
	if _, ok := chat.ParseState("open"); ok {
		t.Error("open is no state")
	}
	for role, name := range map[chat.Role]string{chat.RoleVisitor: "visitor", chat.RoleAgent: "agent", chat.RoleSystem: "system"} {
		if role.String() != name {
			t.Errorf("role %d is called %s", role, role)
		}
	}
}

func TestRefusalsAreComparedByTheirCode(t *testing.T) {
	var err error = &chat.Error{Code: chat.CodeBusy, Message: "one"}
	if !errors.Is(err, &chat.Error{Code: chat.CodeBusy}) || errors.Is(err, &chat.Error{Code: chat.CodeInternal}) || errors.Is(err, chat.ErrMalformedID) {
		t.Error("busy is busy, whatever the words")
	}
	if err.Error() != "busy: one" {
		t.Errorf("it reads %q", err)
	}
}
