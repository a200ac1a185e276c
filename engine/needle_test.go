package engine_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/engine"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

// haystack is everywhere that something could be left: the disk, the log, the metrics.
type haystack struct {
	w    *world
	disk *vfs.MemFS
}

// needles are forms of what is looked for, by name.
type needles map[string][]byte

// text adds a text: as it is, in hexadecimal, in base64 wherever it may begin.
func (n needles) text(name, text string) {
	n[name] = []byte(text)
	n[name+" in hex"] = []byte(hex.EncodeToString([]byte(text)))
	for shift := range 3 { // what stands around the text changes the signs at its ends only
		encoded := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + text))
		n[fmt.Sprint(name, " in base64, shifted by ", shift)] = []byte(strings.TrimRight(encoded, "=")[(shift*8+5)/6 : len(encoded)-4])
	}
}

// addr adds an address with its port.
func (n needles) addr(name string, a netip.AddrPort) {
	n.text(name, a.Addr().String())
	ip := a.Addr().As4()
	n[name+" as bytes"] = append(ip[:], byte(a.Port()), byte(a.Port()>>8))
	n[name+" as bytes, with the port the other way"] = append(ip[:], byte(a.Port()>>8), byte(a.Port()))
	n[name+" in hex"] = []byte(hex.EncodeToString(ip[:]))
}

// secret adds the secret of a cookie's value.
func (n needles) secret(name, token string) {
	_, secret, _ := strings.Cut(token, ".")
	n.text(name, secret)
	if raw, err := base64.RawURLEncoding.DecodeString(secret); err == nil {
		n[name+" as bytes"] = raw
	}
}

// in lists where needles are.
func (n needles) in(h *haystack) (found []string) {
	h.w.t.Helper()
	for path, content := range h.everything() {
		for _, name := range slices.Sorted(maps.Keys(n)) {
			if bytes.Contains(content, n[name]) {
				found = append(found, name+" in "+path)
			}
		}
	}
	return found
}

// pass lets time pass while no node runs: the store's own clockwork would take too long for a year.
func (h *haystack) pass(d time.Duration) {
	h.w.t.Helper()
	h.w.stop()
	h.w.must(h.w.store.Store.Close())
	time.Sleep(d)
	h.open()
	h.w.start()
}

// open opens the store.
func (h *haystack) open() {
	h.w.t.Helper()
	store, err := pebblestore.Open(pebblestore.Options{Dir: "/data", FS: h.disk, Logger: quietLog(), Uncompressed: true})
	h.w.must(err)
	h.w.store.Store = store
}

func (h *haystack) everything() map[string][]byte {
	h.w.t.Helper()
	all := map[string][]byte{"the log": []byte(h.w.log.String())}
	answer, err := h.w.admin.client("127.0.0.1").Get("http://localhost/metrics")
	h.w.must(err)
	all["the metrics"], err = io.ReadAll(answer.Body)
	h.w.must(err)
	h.w.must(answer.Body.Close())
	h.files("/data", all)
	return all
}

func (h *haystack) files(dir string, all map[string][]byte) {
	names, err := h.disk.List(dir)
	h.w.must(err)
	for _, name := range names {
		path := h.disk.PathJoin(dir, name)
		info, err := h.disk.Stat(path)
		h.w.must(err)
		if info.IsDir() {
			h.files(path, all)
			continue
		}
		f, err := h.disk.Open(path)
		h.w.must(err)
		all[path], err = io.ReadAll(f)
		h.w.must(err)
		h.w.must(f.Close())
	}
}

// inHaystack runs a test on a node that keeps everything in files in memory, uncompressed.
func inHaystack(t *testing.T, test func(t *testing.T, w *world, h *haystack)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, config: engine.Default(), store: new(keptStore), email: agentEmail, secret: password}
		h := &haystack{w, vfs.NewMem()}
		h.open()
		w.config.HTTP.PublicURLs = []string{nodeURL}
		w.start()
		w.website = engine.NewWebsite("Shop")
		w.website.Origins = []string{"http://www.site.test"}
		w.website.Triggers = []chat.Trigger{{Name: "help", Message: "Need a hand?"}}
		w.website = w.put(w.website)
		agent, err := w.node.Operator().PutAgent(t.Context(), chat.Agent{Name: "Ada", Email: w.email, Websites: []chat.WebsiteID{w.website.ID}})
		w.must(err)
		w.must(w.node.Operator().SetPassword(t.Context(), agent.ID, w.secret))
		test(t, w, h)
		w.stop()
		w.must(w.store.Store.Close())
		time.Sleep(2 * time.Minute)
	})
}

// tellsAll lets a visitor tell everything that can be told, but a message, and returns all of it.
func (w *world) tellsAll(name string) (*testclient.Visitor, needles) {
	w.t.Helper()
	n := make(needles)
	said := func(what string) string {
		text := "needle-" + name + "-" + what + "-" + hex.EncodeToString([]byte(what))
		n.text(what, text)
		return text
	}
	v := w.visitWith(testclient.Hello{"locale": "de-XN", "page": map[string]string{
		"url": "http://www.site.test/" + said("page"), "title": said("title"), "referrer": "http://elsewhere.test/" + said("referrer"),
	}})
	n.addr("address", netip.MustParseAddrPort(visitorIP+":4711"))
	n.secret("cookie", v.Welcome.Token)
	for _, frame := range []map[string]any{
		{"t": "user", "nickname": said("nickname"), "email": said("email") + "@example.org", "phone": said("phone")},
		{"t": "segments", "segments": []string{said("segment")}},
		{"t": "data", "data": map[string]any{"key": said("data")}},
		{"t": "event", "name": said("event")},
		{"t": "typing", "on": true, "text": said("typing")},
		{"t": "trigger", "name": "help"},
	} {
		if frame["t"] == "typing" {
			w.must(v.Send(frame))
			continue
		}
		if f := w.ask(v.Client, frame); f.T == "error" {
			w.t.Fatalf("%v: %s", frame["t"], f.Raw)
		}
	}
	return v, n
}

// TestNeedles (T11) looks for everything that a visitor told, in every file, in the log and in the metrics: while the session is temporary and after it
// ended; an hour after a conversation was deleted; and for the address, after the term of its identification records.
func TestNeedles(t *testing.T) {
	inHaystack(t, func(t *testing.T, w *world, h *haystack) {
		nowhere := func(n needles, when string) {
			t.Helper()
			if found := n.in(h); len(found) > 0 {
				t.Errorf("%s:\n%s", when, strings.Join(found, "\n"))
			}
		}
		silent, kept := w.tellsAll("silent")
		nowhere(kept, "of a temporary session")
		silent.Close()
		time.Sleep(31 * time.Minute)
		nowhere(kept, "of a session that ended")

		v, told := w.tellsAll("talking")
		typed := make(needles)
		for name := range told {
			if strings.HasPrefix(name, "typing") || strings.HasPrefix(name, "cookie") {
				typed[name] = told[name]
				delete(told, name)
			}
		}
		told.text("message", "needle-in-a-message")
		w.say(v, "this is the needle-in-a-message, which is written down")
		a := w.agent()
		told.text("answer", "needle-in-an-answer")
		w.answer(a, v.Welcome.Session, "this is the needle-in-an-answer, which is written down")
		a.Close()
		v.Close()
		synctest.Wait()
		found := strings.Join(told.in(h), "\n")
		for _, name := range []string{"page", "title", "referrer", "nickname", "email", "phone", "segment", "data", "event", "message", "answer", "address", "address as bytes"} {
			if !strings.Contains(found, name+" in /data/") {
				t.Errorf("%s is not found where it must be: this test does not see", name)
			}
		}
		if strings.Contains(found, "the log") || strings.Contains(found, "the metrics") {
			t.Errorf("found:\n%s", found)
		}
		nowhere(typed, "what is not kept of a conversation")

		w.erase(v)
		time.Sleep(time.Hour)
		address := make(needles)
		for name := range told {
			if strings.HasPrefix(name, "address") {
				address[name] = told[name]
				delete(told, name)
			}
		}
		nowhere(told, "an hour after the deletion")
		if len(address.in(h)) == 0 {
			t.Error("the identification record is not kept")
		}
		h.pass(year - 2*time.Hour)
		if len(address.in(h)) == 0 {
			t.Error("the identification record is not kept for its term")
		}
		time.Sleep(2 * day) // in which the clock is believed, the record's day ends, a sweep comes, and a scrub
		nowhere(address, "after the identification record's term")

		planted, err := h.disk.Create("/data/planted", vfs.WriteCategoryUnspecified)
		w.must(err)
		_, err = planted.Write([]byte("..." + hex.EncodeToString([]byte("needle-in-a-message")) + "..."))
		w.must(err)
		w.must(planted.Close())
		if found := told.in(h); len(found) != 1 || found[0] != "message in hex in /data/planted" {
			t.Errorf("of a planted needle was found %q", found)
		}
		files := len(h.everything())
		figure.Note(t, "G14 G15 G16 P9 P14", "needle scan, %d forms of %d things in %d places: 0 hits of a temporary session, 0 an hour after the deletion, 0 of the address after its term; a planted needle is found",
			len(kept)+len(told)+len(address), 17, files)
	})
}
