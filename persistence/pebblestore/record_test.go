package pebblestore

import (
	"errors"
	"testing"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// FuzzRecords: any bytes are a receipt and a record of the directory, or an error; what was read is written as the same again.
func FuzzRecords(f *testing.F) {
	agent, err := encode(chat.Agent{ID: chat.AgentID{1}, Name: "Ada", Email: "ada@example.com"})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range [][]byte{nil, {0}, {1}, {2}, agent, agent[:len(agent)-1], encodeReceipt(persistence.Receipt{Seq: 7}), encodeReceipt(persistence.Receipt{})[1:], place{1, 5}.record()} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := decodeReceipt(b); err == nil && string(encodeReceipt(r)) != string(b) {
			t.Errorf("%x was read as %+v", b, r)
		}
		if p, err := decodePlace(b); err == nil && string(p.record()) != string(b) {
			t.Errorf("%x was read as %+v", b, p)
		}
		if a, err := decode[chat.Agent](b); err == nil {
			if again, err := encode(a); err != nil {
				t.Errorf("%+v cannot be written: %v", a, err)
			} else if b, err := decode[chat.Agent](again); err != nil || b.Email != a.Email || b.ID != a.ID {
				t.Errorf("%+v became %+v, %v", a, b, err)
			}
		}
		if p, ok := position(b); ok && string((place{b[inboxBucketBytes-1], p.AtMillis}).key(sessionKey{chat.WebsiteID(b[1:17]), p.Session})[1:]) != string(b[1:]) {
			t.Errorf("the place %x was read as %+v", b, p)
		}
	})
}

// TestNewerRecords are refused by name, since only a newer version can read them.
func TestNewerRecords(t *testing.T) {
	if _, err := decodeReceipt([]byte{receiptVersion + 1}); !errors.Is(err, persistence.ErrNewerRecord) {
		t.Errorf("receipt: %v", err)
	}
	if _, err := decodePlace([]byte{placeRecordVersion + 1}); !errors.Is(err, persistence.ErrNewerRecord) {
		t.Errorf("place: %v", err)
	}
	if _, err := decode[chat.Agent]([]byte{recordVersion + 1, '{', '}'}); !errors.Is(err, persistence.ErrNewerRecord) {
		t.Errorf("record of the directory: %v", err)
	}
}
