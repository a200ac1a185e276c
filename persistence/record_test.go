package persistence_test

import (
	"errors"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

func fullHead() chat.Head {
	at := time.UnixMilli(1_760_000_000_123).UTC()
	return chat.Head{
		ID: chat.SessionID{1}, Website: chat.WebsiteID{2}, Epoch: 1 << 63, Version: 3, Seq: 1 << 40, Notes: 5, Started: true,
		State: chat.StateResolved, Blocked: true, Assigned: chat.AgentID{6}, Read: chat.Marks{Visitor: 7, Agent: 8},
		Delivered: chat.Marks{Visitor: 9, Agent: 10}, Unread: chat.UnreadCounts{Visitor: 11, Agent: 12}, Senders: 1<<63 | 1,
		CreatedAt: at, ActiveAt: at.Add(time.Hour), SecretHash: [32]byte{31: 13}, Name: "Ann",
		LastFrom: chat.RoleAgent, Preview: "Hello ü",
	}
}

func fullVisitor(t testing.TB) []byte {
	b, err := persistence.EncodeVisitor(&chat.Visitor{
		User: &chat.User{Nickname: "Ann"}, Segments: []string{"a"}, Data: map[string]any{"n": 1.5, "t": "x", "b": true},
		Addr: netip.MustParseAddrPort("[2001:db8::1]:4711"), Fired: []string{"hello"}, Consent: &chat.Consent{Tracking: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestVisitorVersions: what says nothing about consent is written so that the version before reads it; what does must not be rewritten by one that
// would forget it.
func TestVisitorVersions(t *testing.T) {
	for version, v := range map[byte]*chat.Visitor{1: {Locale: "fr"}, 2: {Consent: &chat.Consent{}}} {
		b, err := persistence.EncodeVisitor(v)
		if err != nil || b[0] != version {
			t.Errorf("%+v has version %d, %v; want %d", v, b[0], err, version)
		}
		if again, err := persistence.DecodeVisitor(b); err != nil || !reflect.DeepEqual(again, *v) {
			t.Errorf("%+v became %+v, %v", v, again, err)
		}
	}
}

// FuzzDecodeHead: any bytes are a head or an error, and a head is written as one that reads the same.
func FuzzDecodeHead(f *testing.F) {
	full := fullHead()
	f.Add(persistence.AppendHead(nil, &full))
	f.Add(persistence.AppendHead(nil, new(chat.Head)))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := persistence.DecodeHead(b)
		if err != nil {
			return
		}
		_, _ = h.State.String(), h.LastFrom.String() // whatever was read can be told
		again, err := persistence.DecodeHead(persistence.AppendHead(nil, &h))
		if err != nil || again != h {
			t.Errorf("%+v became %+v, %v", h, again, err)
		}
	})
}

// FuzzDecodeVisitor: any bytes are a visitor or an error, and a visitor is written as one that reads the same.
func FuzzDecodeVisitor(f *testing.F) {
	f.Add(fullVisitor(f))
	f.Add([]byte("\x01{}"))
	f.Add([]byte("\x01{\"data\":null}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := persistence.DecodeVisitor(b)
		if err != nil {
			return
		}
		encoded, err := persistence.EncodeVisitor(&v)
		if err != nil {
			t.Fatalf("%+v cannot be written: %v", v, err)
		}
		once, err := persistence.DecodeVisitor(encoded)
		if err != nil {
			t.Fatalf("%s cannot be read: %v", encoded, err)
		}
		if encoded, err = persistence.EncodeVisitor(&once); err != nil {
			t.Fatal(err)
		}
		if twice, err := persistence.DecodeVisitor(encoded); err != nil || !reflect.DeepEqual(twice, once) {
			t.Errorf("%+v became %+v, %v", once, twice, err)
		}
	})
}

// FuzzParseCursor: a cursor comes from a client; any text is a place or ErrCursor.
func FuzzParseCursor(f *testing.F) {
	f.Add("")
	f.Add(persistence.Position{AtMillis: -1, Session: chat.SessionID{1}}.Cursor())
	f.Fuzz(func(t *testing.T, text string) {
		p, err := persistence.ParseCursor(text)
		switch {
		case err != nil && !errors.Is(err, persistence.ErrCursor):
			t.Errorf("%q: %v", text, err)
		case err == nil && text != "":
			if again, err := persistence.ParseCursor(p.Cursor()); err != nil || again != p {
				t.Errorf("%+v became %+v, %v", p, again, err)
			}
		}
	})
}

// TestDamagedHeads cuts a head short and makes it longer: neither is a head.
func TestDamagedHeads(t *testing.T) {
	full := fullHead()
	b := persistence.AppendHead(nil, &full)
	if got, err := persistence.DecodeHead(b); err != nil || got != full {
		t.Fatalf("read %+v, %v", got, err)
	}
	for n := range b {
		if _, err := persistence.DecodeHead(b[:n]); err == nil {
			t.Errorf("the first %d bytes of %d are a head", n, len(b))
		}
	}
	if _, err := persistence.DecodeHead(append(b, 0)); err == nil {
		t.Error("a head with one byte more is a head")
	}
	b[0]++
	if _, err := persistence.DecodeHead(b); !errors.Is(err, persistence.ErrNewerRecord) {
		t.Errorf("a newer head: %v", err)
	}
	v := fullVisitor(t)
	v[0] = 0xff
	if _, err := persistence.DecodeVisitor(v); !errors.Is(err, persistence.ErrNewerRecord) {
		t.Errorf("a newer visitor: %v", err)
	}
}
