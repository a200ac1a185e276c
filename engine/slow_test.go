package engine_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/parlor-chat/parlor/internal/testclient"
)

// TestASlowReaderIsClosedAndResumes is row 31 of the list of bad input (G17): who does not read is closed, others notice nothing, and on coming
// back nothing is missing.
func TestASlowReaderIsClosedAndResumes(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		w.say(v, "Tell me everything")
		token, session, epoch := v.Welcome.Token, v.Welcome.Session, v.Welcome.Epoch
		slow := w.silent(token)
		a := w.agent()
		w.open(a, session)
		const pages = 100 // of 4,000 characters: more than the 256 KiB that may wait
		began := time.Now()
		for range pages {
			w.answer(a, session, strings.Repeat("x", 4000))
			synctest.Wait() // who reads has read it, however busy the machine is
		}
		for seq := uint64(2); seq <= pages+1; seq++ {
			if f := w.expect(v.Client, "message"); f.Seq != seq {
				t.Fatalf("who reads got %d in place of %d", f.Seq, seq)
			}
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("everybody waited %v for the one who does not read", took)
		}
		synctest.Wait()

		seq, code := readAll(t.Context(), t, slow, 1)
		if code != 4008 || seq > pages { // what was queued may be dropped, down to the first
			t.Fatalf("the slow one got everything up to %d and code %d", seq, code)
		}
		back := w.visitWith(testclient.Hello{"token": token, "resume": map[string]any{"epoch": epoch, "seq": seq}})
		// The gap is as long as what was too much: filled message by message, it would close the connection again.
		if back.Welcome.Resume != "reset" {
			t.Fatalf("resume: %s", back.Welcome.Raw)
		}
		snapshot := w.expect(back.Client, "history").Messages
		if last := snapshot[len(snapshot)-1]; last.Seq != pages+1 {
			t.Fatalf("the snapshot ends at %d", last.Seq)
		}
		near := w.visitWith(testclient.Hello{"token": token, "resume": map[string]any{"epoch": epoch, "seq": pages - 9}})
		if near.Welcome.Resume != "ok" {
			t.Fatalf("resume of ten: %s", near.Welcome.Raw)
		}
		for seq := uint64(pages - 8); seq <= pages+1; seq++ {
			if f := w.expect(near.Client, "message"); f.Seq != seq {
				t.Fatalf("got %d in place of %d", f.Seq, seq)
			}
		}
		for _, c := range []*testclient.Client{v.Client, a.Client, back.Client, near.Client} {
			c.Close()
		}
	})
}

// silent connects a visitor who says hello, reads the welcome and the snapshot, and then nothing.
func (w *world) silent(token string) *websocket.Conn {
	w.t.Helper()
	c, _, err := websocket.Dial(w.t.Context(), "ws"+strings.TrimPrefix(nodeURL, "http")+"/visitor?website="+w.website.ID.String(), &websocket.DialOptions{
		HTTPClient: w.network.client(visitorIP), HTTPHeader: map[string][]string{"Origin": {"http://www.site.test"}}, Subprotocols: []string{"parlor.v1"},
	})
	w.must(err)
	c.SetReadLimit(1 << 20)
	hello, err := json.Marshal(map[string]string{"t": "hello", "website": w.website.ID.String(), "token": token})
	w.must(err)
	w.must(c.Write(w.t.Context(), websocket.MessageText, hello))
	for range 2 {
		_, _, err = c.Read(w.t.Context())
		w.must(err)
	}
	return c
}

// readAll reads what is left of a connection that has everything up to seq, and returns up to which number it has everything then, and why
// it ended.
func readAll(ctx context.Context, t *testing.T, c *websocket.Conn, seq uint64) (uint64, websocket.StatusCode) {
	t.Helper()
	for {
		_, data, err := c.Read(ctx)
		if err != nil {
			return seq, websocket.CloseStatus(err)
		}
		var f testclient.Frame
		if err := json.Unmarshal(data, &f); err != nil {
			t.Fatal(err)
		}
		switch {
		case f.T == "message" && f.Seq == seq+1:
			seq++
		case f.T == "message":
			t.Fatalf("%d after %d", f.Seq, seq)
		}
	}
}
