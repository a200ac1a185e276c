package handover

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

var key = [32]byte{7}

// sample is a session with something in every field that outlives a restart, as it was that long ago.
func sample(i byte, ago time.Duration) actors.Left {
	at := time.UnixMilli(1_700_000_000_123).UTC()
	s := chat.NewSession(chat.WebsiteID{1}, chat.SessionID{2, 15: i}, chat.Epoch(1<<63+uint64(i)), [32]byte{3, i}, at)
	s.Seq, s.Notes, s.Senders, s.LastFrom, s.ActiveAt, s.Preview, s.Name = 1, 1, 0, chat.RoleSystem, at, "Need a hand?", "Bea"
	s.Unread.Visitor, s.Assigned, s.Blocked = 1, chat.AgentID{9}, true
	s.Visitor = chat.Visitor{
		User: &chat.User{Nickname: "Bea", Email: "bea@example.com"}, Segments: []string{"vip"}, Data: map[string]any{"plan": "gold", "seats": 3.5},
		Locale: "de", Timezone: "Europe/Berlin", Browser: "Firefox", System: "Linux", Addr: netip.MustParseAddrPort("203.0.113.77:4711"),
		Pages:  []chat.PageVisit{{Page: chat.Page{URL: "https://shop.example/?id=7", Title: "Shop", Referrer: "https://news.example/"}, At: at}},
		Visits: 1, Fired: []string{"help"}, SeenAt: at, Consent: &chat.Consent{Tracking: true, At: at, Removed: 1},
	}
	return actors.Left{
		Session:  s,
		Messages: []persistence.Entry{{Seq: 1, Frame: []byte(`{"t":"message","seq":1}`)}},
		Notes:    []persistence.NoteEntry{{Entry: persistence.Entry{Seq: 1, Frame: []byte(`{"t":"note","n":1}`)}, After: 1}},
		Receipts: []persistence.Dedupe{{
			Sender: chat.Sender{Role: chat.RoleAgent, Agent: chat.AgentID{9}}, ID: chat.MessageID{4, i},
			Receipt: persistence.Receipt{Body: [16]byte{5}, Seq: 1, AtMillis: at.UnixMilli()},
		}},
		LastAccess: time.Now().Add(-ago),
	}
}

func encoded(t testing.TB, uptime time.Duration, sessions ...actors.Left) []byte {
	t.Helper()
	var b bytes.Buffer
	if n, err := encode(&b, key, uptime, slices.Values(sessions)); err != nil || n != len(sessions) {
		t.Fatalf("%d sessions, %v", n, err)
	}
	return b.Bytes()
}

// TestEverythingOfASessionIsHandedOver: and its time goes on.
func TestEverythingOfASessionIsHandedOver(t *testing.T) {
	want := []actors.Left{sample(1, 0), sample(2, 29*time.Minute)}
	want[0].Messages, want[0].Notes, want[0].Receipts, want[0].Session.Visitor = nil, nil, nil, chat.Visitor{}
	have, err := decode(bytes.NewReader(encoded(t, time.Hour, want...)), key, time.Hour+10*time.Second)
	if err != nil || len(have) != len(want) {
		t.Fatalf("%d sessions, %v", len(have), err)
	}
	for i := range have {
		ago := want[i].LastAccess.Sub(have[i].LastAccess) // 10 s went by on the clock that counts from the boot, whatever the other one says
		if ago < 9*time.Second || ago > 11*time.Second {
			t.Errorf("session %d is %v older", i, ago)
		}
		if !strings.Contains(have[i].LastAccess.String(), "m=") {
			t.Errorf("session %d: its last access is on the wall clock", i)
		}
		have[i].LastAccess = want[i].LastAccess
		if !reflect.DeepEqual(have[i], want[i]) {
			t.Errorf("session %d is\n%+v\nnot\n%+v", i, *have[i].Session, *want[i].Session)
		}
	}
}

// TestNothingOfASessionIsForgotten notices a new field that is not handed over: it must be in the sample, or be named here with its reason.
func TestNothingOfASessionIsForgotten(t *testing.T) {
	s := sample(1, 0)
	for _, of := range []struct {
		value any
		left  []string
	}{
		{*s.Session, []string{"Posting"}}, // how fast somebody writes is counted anew
		// It is not deleted; nobody has written; nobody has read what a trigger posted.
		{s.Session.Head, []string{"Erased", "Version", "Started", "State", "Senders", "Read", "Delivered"}},
		{s.Session.Visitor, nil},
		{s, nil},
	} {
		v := reflect.ValueOf(of.value)
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; v.Field(i).IsZero() != slices.Contains(of.left, name) {
				t.Errorf("%v.%s: is it handed over?", v.Type(), name)
			}
		}
	}
}

// TestNothingDamagedIsTaken: cut anywhere, with any bit changed, longer, of another deployment.
func TestNothingDamagedIsTaken(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	good := encoded(t, time.Hour, sample(1, 0), sample(2, time.Minute), sample(3, 0))
	refused := func(what string, at int, b []byte, key [32]byte) {
		if have, err := decode(bytes.NewReader(b), key, time.Hour); err == nil || have != nil {
			t.Errorf("seed %d: %s at %d of %d: %d sessions, %v", seed, what, at, len(b), len(have), err)
		}
	}
	for i := range good {
		refused("cut", i, good[:i], key)
		bad := bytes.Clone(good)
		bad[i] ^= 1 << random.IntN(8)
		refused("changed", i, bad, key)
	}
	refused("longer", len(good), append(bytes.Clone(good), 0), key)
	refused("foreign", 0, good, [32]byte{8})
	if have, err := decode(bytes.NewReader(good), key, time.Hour); err != nil || len(have) != 3 {
		t.Errorf("%d sessions, %v", len(have), err)
	}
}

// TestNothingOldOrNewerIsTaken: an hour later, from another boot, by another version.
func TestNothingOldOrNewerIsTaken(t *testing.T) {
	good := encoded(t, time.Hour, sample(1, 0))
	for uptime, want := range map[time.Duration]error{
		90 * time.Minute: nil, 90*time.Minute + 1: errOld, time.Hour - 1: errOld, 0: errOld,
	} {
		if _, err := decode(bytes.NewReader(good), key, uptime); !errors.Is(err, want) {
			t.Errorf("at %v: %v, want %v", uptime, err, want)
		}
	}
	newer := bytes.Clone(good)
	newer[len(magic)]++
	if _, err := decode(bytes.NewReader(newer), key, time.Hour); !errors.Is(err, errNewer) {
		t.Errorf("a newer version: %v", err)
	}
	record, err := appendSession(nil, new(sample(1, 0)), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	at := len(binary.AppendUvarint(nil, 0)) // behind the age, which is small here
	for record[at-1] >= 0x80 {
		at++
	}
	record[at+2]++ // the head's version, behind its length of two bytes
	if _, err := decodeSession(record, time.Now()); !errors.Is(err, errNewer) {
		t.Errorf("a newer head: %v", err)
	}
}

// TestWhatIsInTheStoreIsNotTaken: only temporary sessions are handed over.
func TestWhatIsInTheStoreIsNotTaken(t *testing.T) {
	s := sample(1, 0)
	s.Session.Version = 1
	if _, err := decode(bytes.NewReader(encoded(t, time.Hour, s)), key, time.Hour); !errors.Is(err, errDamaged) {
		t.Errorf("a session with a version: %v", err)
	}
}

// TestASessionTooLargeEndsEarly: and the others are handed over.
func TestASessionTooLargeEndsEarly(t *testing.T) {
	large := sample(1, 0)
	large.Notes[0].Frame = make([]byte, maxSessionBytes)
	var b bytes.Buffer
	if n, err := encode(&b, key, time.Hour, slices.Values([]actors.Left{large, sample(2, 0)})); err != nil || n != 1 {
		t.Fatalf("%d sessions, %v", n, err)
	}
	if have, err := decode(&b, key, time.Hour); err != nil || len(have) != 1 || have[0].Session.ID != sample(2, 0).Session.ID {
		t.Errorf("%d sessions, %v", len(have), err)
	}
}

func FuzzDecodeSession(f *testing.F) {
	good, err := appendSession(nil, new(sample(1, 0)), time.Now())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, b []byte) {
		written := time.Now()
		s, err := decodeSession(b, written)
		if err != nil {
			return
		}
		again, err := appendSession(nil, &s, written)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodeSession(again, written); err != nil {
			t.Errorf("what was decoded cannot be: %v", err)
		}
	})
}

// BenchmarkHandover hands over 10,000 sessions each time.
func BenchmarkHandover(b *testing.B) {
	sessions := make([]actors.Left, 10_000)
	for i := range sessions {
		sessions[i] = sample(1, 0)
	}
	b.ReportAllocs()
	for b.Loop() {
		data := encoded(b, time.Hour, sessions...)
		if _, err := decode(bytes.NewReader(data), key, time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}
