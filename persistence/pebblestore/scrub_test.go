package pebblestore_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

// The needles: what must not be found once it was erased.
const (
	needleText = "the-needle-in-the-message"
	needleNote = "the-needle-in-the-note"
	needleName = "the-needle-in-the-name"
	needleIP   = "203.0.113.77"
)

var needleSecret = [32]byte{0: 0xfe, 1: 0xed, 15: 0xbe, 16: 0xef, 30: 0xca, 31: 0xfe}

// needles are the forms in which they could be on the disk.
func needles() map[string][]byte {
	ip := netip.MustParseAddr(needleIP).As4()
	return map[string][]byte{
		"text": []byte(needleText), "note": []byte(needleNote), "name": []byte(needleName), "ip as text": []byte(needleIP),
		"ip as bytes": append(ip[:], 0x12, 0x67), "ip in an identification": append(ip[:], 0x67, 0x12), "ip in hex": []byte(hex.EncodeToString(ip[:])),
		"secret": needleSecret[:], "secret in hex": []byte(hex.EncodeToString(needleSecret[:])),
		"secret in base64":    []byte(base64.RawURLEncoding.EncodeToString(needleSecret[:])),
		"part of the secret":  needleSecret[:16],
		"text in base64":      []byte(base64.StdEncoding.EncodeToString([]byte(needleText))),
		"text with ip in hex": []byte(hex.EncodeToString([]byte(needleText))),
	}
}

// hide stores a session that has the needles everywhere.
func hide(t *testing.T, s *session) {
	t.Helper()
	c := s.step([]byte(`{"text":"` + needleText + `"}`))
	c.Notes = []persistence.NoteEntry{{Entry: persistence.Entry{Seq: 1, Frame: []byte(needleNote)}, After: 1}}
	c.Visitor = &chat.Visitor{User: &chat.User{Nickname: needleName}, Addr: netip.MustParseAddrPort(needleIP + ":4711")}
	c.Head.Notes, c.Head.Name, c.Head.SecretHash, c.Head.Preview = 1, needleName, needleSecret, needleText
	if err := s.try(t.Context(), c); err != nil {
		t.Fatalf("hide: %v", err)
	}
}

// found lists where needles are.
func found(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	for path, text := range contents(t, dir) {
		for name, needle := range needles() {
			if bytes.Contains([]byte(text), needle) {
				all = append(all, name+" in "+path)
			}
		}
	}
	return all
}

// openPlain makes many files out of few messages.
func openPlain(t *testing.T, dir string) *pebblestore.Store {
	t.Helper()
	s, err := pebblestore.Open(pebblestore.Options{Dir: dir, Logger: quiet(), MemTableBytes: 256 << 10, Uncompressed: true})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return s
}

// fill writes so many messages of 2 KiB to other sessions.
func fill(t *testing.T, s *pebblestore.Store, epoch uint64, messages int) {
	t.Helper()
	random, frame := rand.New(rand.NewPCG(1, 1)), make([]byte, 2<<10)
	sessions := make([]*session, 50)
	for i := range sessions {
		sessions[i] = newSession(s, epoch, uint64(1000+i))
		if r, err := s.Load(t.Context(), site, sessions[i].head.ID); err == nil {
			sessions[i].head = r.Head
		}
	}
	var running sync.WaitGroup
	for i := range frame {
		frame[i] = byte(random.Uint32())
	}
	for _, other := range sessions {
		running.Go(func() {
			for range messages / len(sessions) {
				if err := other.try(t.Context(), other.step(frame)); err != nil {
					t.Errorf("commit: %v", err)
				}
			}
		})
	}
	running.Wait()
}

func scrub(t *testing.T, s *pebblestore.Store) {
	t.Helper()
	if err := s.Scrub(t.Context()); err != nil {
		t.Fatalf("scrub: %v", err)
	}
}

func erase(t *testing.T, s *pebblestore.Store, k *session) {
	t.Helper()
	if err := s.Erase(t.Context(), persistence.Erasure{Website: site, Session: k.head.ID}); err != nil {
		t.Fatalf("erase: %v", err)
	}
}

// TestScrubNeedles erases and looks into every file (P14, G15). The cases differ in where the bytes have got to by then.
func TestScrubNeedles(t *testing.T) {
	for _, tt := range []struct {
		name          string
		before, after int // messages of others around the needles
		compact       bool
		hidden        int
	}{
		{"in the log file", 0, 0, false, 1},
		{"in a young table", 500, 500, false, 1},
		{"under many tables", 2000, 4000, false, 3},
		{"in the last level", 2000, 2000, true, 3},
		{"in many sessions", 500, 500, true, pebblestore.ScrubApart + 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			s := openPlain(t, dir)
			defer func() { mustClose(t, s) }()
			epoch := claim(t, s)
			fill(t, s, epoch, tt.before)
			var sessions []*session
			for n := range tt.hidden {
				sessions = append(sessions, newSession(s, epoch, uint64(n)))
				hide(t, sessions[n])
			}
			fill(t, s, epoch, tt.after)
			if tt.compact {
				if err := s.DB().Compact(t.Context(), []byte{0}, []byte{0xff}, false); err != nil {
					t.Fatalf("compact: %v", err)
				}
			}
			for _, hidden := range sessions {
				erase(t, s, hidden)
			}
			if len(found(t, dir)) == 0 {
				t.Fatal("the needles were not in the files to begin with: this test does not see")
			}
			scrub(t, s)
			if left := found(t, dir); len(left) > 0 {
				t.Fatalf("left:\n%s", strings.Join(left, "\n"))
			}
		})
	}
}

// replaceNeedles replaces what has the needles and is no message: the visitor, the entry of the agents' log, and what the head has of them.
func replaceNeedles(t *testing.T, s *session) {
	t.Helper()
	c := s.step([]byte(`{"text":"another"}`))
	c.Visitor, c.Scrub = &chat.Visitor{User: &chat.User{Nickname: "another"}}, true
	c.Rewritten = []persistence.NoteEntry{{Entry: persistence.Entry{Seq: 1, Frame: []byte("removed")}, After: 1}}
	c.Head.Name, c.Head.SecretHash, c.Head.Preview = "another", [32]byte{}, "another"
	if err := s.try(t.Context(), c); err != nil {
		t.Fatalf("replace: %v", err)
	}
}

// TestScrubReplaced looks into every file for what a step replaced, and finds the session as that step left it (P13). The message, which nobody
// replaced, shows that the scan sees. What is replaced while a Scrub is under way is the next one's.
func TestScrubReplaced(t *testing.T) {
	for _, tt := range []struct {
		name          string
		before, after int
		compact       bool
		restart       bool
	}{
		{"in the log file", 0, 0, false, false},
		{"in a young table", 500, 500, false, false},
		{"under many tables", 2000, 4000, false, false},
		{"in the last level", 2000, 2000, true, false},
		{"after a restart", 500, 500, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			s := openPlain(t, dir)
			defer func() { mustClose(t, s) }()
			epoch := claim(t, s)
			fill(t, s, epoch, tt.before)
			hidden := newSession(s, epoch, 1)
			hide(t, hidden)
			fill(t, s, epoch, tt.after)
			if tt.compact {
				if err := s.DB().Compact(t.Context(), []byte{0}, []byte{0xff}, false); err != nil {
					t.Fatalf("compact: %v", err)
				}
			}
			replaceNeedles(t, hidden)
			if tt.restart {
				mustClose(t, s)
				s = openPlain(t, dir)
			}
			if all := strings.Join(found(t, dir), "\n"); !strings.Contains(all, "note in ") || !strings.Contains(all, "name in ") {
				t.Fatalf("the needles were not in the files to begin with: this test does not see. Found:\n%s", all)
			}
			scrub(t, s)
			left := found(t, dir)
			if len(left) == 0 {
				t.Fatal("the message is gone")
			}
			for _, needle := range left {
				if !strings.HasPrefix(needle, "text in ") {
					t.Errorf("left: %s", needle)
				}
			}
			r, err := s.Load(t.Context(), site, hidden.head.ID)
			if err != nil || r.Visitor.Who().Nickname != "another" || r.Head != hidden.head {
				t.Fatalf("load: %+v, %v", r, err)
			}
			notes, err := s.Notes(t.Context(), site, hidden.head.ID, persistence.NotePage{})
			if err != nil || len(notes) != 1 || string(notes[0].Frame) != "removed" {
				t.Fatalf("notes: %v, %v", notes, err)
			}
		})
	}
}

// TestScrubForgetsNothingNewer replaces while a Scrub waits for a reader: the next one still knows of it.
func TestScrubForgetsNothingNewer(t *testing.T) {
	dir := t.TempDir()
	s := openPlain(t, dir)
	defer mustClose(t, s)
	epoch := claim(t, s)
	hidden := newSession(s, epoch, 1)
	hide(t, hidden)
	for range 2 { // two tables, so that the first Scrub makes one of them
		c := hidden.step([]byte("{}"))
		c.Scrub = true
		if err := hidden.try(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		if err := s.DB().Flush(); err != nil {
			t.Fatal(err)
		}
	}
	release, err := s.Hold() // of the tables that the first Scrub will replace
	if err != nil {
		t.Fatal(err)
	}
	scrubbed := make(chan error, 1)
	go func() { scrubbed <- s.Scrub(t.Context()) }()
	for compacted := s.DB().Metrics().Compact.Count; s.DB().Metrics().Compact.Count == compacted; {
		select {
		case err := <-scrubbed:
			t.Fatalf("the scrub did not wait for the reader: %v", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
	replaceNeedles(t, hidden)
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if err := <-scrubbed; err != nil {
		t.Fatalf("scrub: %v", err)
	}
	if !strings.Contains(strings.Join(found(t, dir), "\n"), "note in ") {
		t.Fatal("the first scrub took the needles along: this test does not see")
	}
	scrub(t, s)
	for _, needle := range found(t, dir) {
		if !strings.HasPrefix(needle, "text in ") {
			t.Errorf("left: %s", needle)
		}
	}
}

// TestScrubIdentifications (G16): the records of a day that was dropped, and of one session, are off the disk; others stay.
func TestScrubIdentifications(t *testing.T) {
	dir := t.TempDir()
	s := openPlain(t, dir)
	defer mustClose(t, s)
	epoch := claim(t, s)
	identify := func(n uint64, ip string, at time.Time) *session {
		w := newSession(s, epoch, n)
		c := w.step([]byte("x"))
		c.Identify = &persistence.Identification{Addr: netip.MustParseAddrPort(ip), From: at, To: at}
		if err := w.try(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		return w
	}
	last := time.UnixMilli(1_760_000_000_000)
	identify(1, needleIP+":4711", last.AddDate(-1, 0, 0))
	asked := identify(2, needleIP+":4711", last)
	stays := identify(3, "198.51.100.99:4711", last)
	fill(t, s, epoch, 1000)
	if len(found(t, dir)) == 0 {
		t.Fatal("the needles were not in the files to begin with: this test does not see")
	}
	if any, err := s.ForgetIdentifications(t.Context(), site, last); !any || err != nil {
		t.Fatal(any, err)
	}
	if err := s.EraseIdentifications(t.Context(), site, asked.head.ID); err != nil {
		t.Fatal(err)
	}
	scrub(t, s)
	if left := found(t, dir); len(left) > 0 {
		t.Fatalf("left:\n%s", strings.Join(left, "\n"))
	}
	if all, err := s.Identifications(t.Context(), site, stays.head.ID); err != nil || len(all) != 1 {
		t.Errorf("the other record: %v, %v", all, err)
	}
	figure.Note(t, "G16", "needle scan after the term of an identification record: 0 hits in %d files", len(contents(t, dir)))
}

// TestScrubAfterRestart erases, stops, and scrubs with the next start: what waits is not forgotten.
func TestScrubAfterRestart(t *testing.T) {
	dir := t.TempDir()
	s := openPlain(t, dir)
	epoch := claim(t, s)
	hidden := newSession(s, epoch, 1)
	hide(t, hidden)
	fill(t, s, epoch, 500)
	if err := s.DB().Compact(t.Context(), []byte{0}, []byte{0xff}, false); err != nil {
		t.Fatalf("compact: %v", err)
	}
	erase(t, s, hidden)
	mustClose(t, s)
	s = openPlain(t, dir)
	defer mustClose(t, s)
	if len(found(t, dir)) == 0 {
		t.Fatal("the needles were not in the files to begin with: this test does not see")
	}
	scrub(t, s)
	if left := found(t, dir); len(left) > 0 {
		t.Fatalf("left:\n%s", strings.Join(left, "\n"))
	}
}

// TestScrubBesideWriters scrubs while others write and read.
func TestScrubBesideWriters(t *testing.T) {
	dir := t.TempDir()
	s := openPlain(t, dir)
	defer mustClose(t, s)
	epoch := claim(t, s)
	hidden := newSession(s, epoch, 1)
	hide(t, hidden)
	fill(t, s, epoch, 1000)
	erase(t, s, hidden)
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for n := range 4 {
		running.Go(func() {
			w := newSession(s, epoch, uint64(2000+n))
			for err := error(nil); err == nil; {
				if err = w.try(ctx, w.step(make([]byte, 4<<10))); err == nil {
					_, _, err = s.Messages(ctx, site, w.head.ID, persistence.Page{Limit: 5})
				}
			}
		})
	}
	scrub(t, s)
	stop()
	running.Wait()
	if left := found(t, dir); len(left) > 0 {
		t.Fatalf("left:\n%s", strings.Join(left, "\n"))
	}
}

// TestScrubWaitsForReaders says so when a reader still uses the old files, and does the rest the next time.
func TestScrubWaitsForReaders(t *testing.T) {
	dir := t.TempDir()
	s := openPlain(t, dir)
	defer mustClose(t, s)
	epoch := claim(t, s)
	hidden := newSession(s, epoch, 1)
	hide(t, hidden)
	fill(t, s, epoch, 500)
	if err := s.DB().Flush(); err != nil {
		t.Fatal(err)
	}
	release, err := s.Hold()
	if err != nil {
		t.Fatal(err)
	}
	erase(t, s, hidden)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := s.Scrub(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("scrub beside a reader: %v, want the context's error", err)
	}
	if len(found(t, dir)) == 0 {
		t.Fatal("the reader's files are gone")
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	scrub(t, s)
	if left := found(t, dir); len(left) > 0 {
		t.Fatalf("left:\n%s", strings.Join(left, "\n"))
	}
}

// TestScrubLeavesNoArchive checks that nothing is moved aside instead of being removed.
func TestScrubLeavesNoArchive(t *testing.T) {
	dir := t.TempDir()
	s := openPlain(t, dir)
	epoch := claim(t, s)
	fill(t, s, epoch, 3000)
	mustClose(t, s)
	mustClose(t, openPlain(t, dir))
	for path := range contents(t, dir) {
		if strings.Contains(path, "archive") {
			t.Errorf("%s was kept", path)
		}
	}
	if n := len(contents(t, dir)); n > 200 {
		t.Errorf("%d files: replaced ones are not removed: %s", n, fmt.Sprint(dir))
	}
}
