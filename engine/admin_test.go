package engine_test

import (
	"net/http"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/coder/websocket"
)

// asked is the status of the admin listener's answer.
func (w *world) asked(method, path string) int {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), method, "http://127.0.0.1"+path, nil)
	w.must(err)
	answer, err := w.admin.client("127.0.0.1").Do(r)
	w.must(err)
	w.must(answer.Body.Close())
	return answer.StatusCode
}

// TestMemoryIsGivenBackWhenAsked: whoever measures asks for it, and nobody by a link.
func TestMemoryIsGivenBackWhenAsked(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		const ballast = 64 << 20
		bytes := make([]byte, ballast)
		for i := range bytes {
			bytes[i] = 1 // pages that were touched
		}
		before := fromSystem()
		runtime.KeepAlive(bytes)
		if status := w.asked(http.MethodPost, "/debug/free"); status != http.StatusOK {
			t.Errorf("POST: %d", status)
		}
		if given := before - fromSystem(); given < ballast/2 {
			t.Errorf("%d bytes were given back", given)
		}
		if status := w.asked(http.MethodGet, "/debug/free"); status != http.StatusMethodNotAllowed {
			t.Errorf("GET: %d", status)
		}
	})
}

// fromSystem is how much of the system's memory the heap has.
func fromSystem() int {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapSys - m.HeapReleased)
}

// TestADrainingNodeTakesNobody: who comes back is refused from the first moment, while somebody who does not leave is still waited for, and operators
// see what the node does.
func TestADrainingNodeTakesNobody(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		w.say(v, "Hello")
		stays := w.silent(v.Welcome.Token)
		defer func() { _ = stays.CloseNow() }()
		if status := w.asked(http.MethodGet, "/readyz"); status != http.StatusOK {
			t.Fatalf("readyz says %d before", status)
		}
		before := w.network
		stopped := make(chan error, 1)
		go func() { stopped <- w.node.Stop(t.Context()) }()
		if code, err := v.Ended(); err != nil || code != int(websocket.StatusServiceRestart) {
			t.Errorf("who leaves got code %d, %v", code, err)
		}
		synctest.Wait()
		if _, err := before.client(visitorIP).Get(nodeURL + "/"); err == nil { //nolint:noctx // it is refused
			t.Error("a newcomer was let in")
		}
		for path, want := range map[string]int{"/healthz": http.StatusOK, "/readyz": http.StatusServiceUnavailable} {
			if status := w.asked(http.MethodGet, path); status != want {
				t.Errorf("%s says %d while it drains", path, status)
			}
		}
		select {
		case err := <-stopped:
			t.Fatalf("nobody waited for who stayed: %v", err)
		default:
		}
		if err := <-stopped; err != nil {
			t.Error(err)
		}
		w.start()
	})
}
