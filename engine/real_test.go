package engine_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/parlor-chat/parlor/engine"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
)

// The tests of this file run a node on a real disk, over real sockets, in real time.

// realNode starts a demo node on a data directory.
func realNode(t *testing.T, dir string, adjust ...func(*engine.Config)) (*engine.Node, testclient.Server) {
	t.Helper()
	return realNodeOn(t, nil, dir, adjust...)
}

// realNodeOn starts one that listens there.
func realNodeOn(t *testing.T, l net.Listener, dir string, adjust ...func(*engine.Config)) (*engine.Node, testclient.Server) {
	t.Helper()
	c := engine.Default()
	c.Demo = true
	c.HTTP.Listen, c.Admin.Listen, c.Store.Dir = "127.0.0.1:0", "127.0.0.1:0", dir
	for _, f := range adjust {
		f(&c)
	}
	n, err := engine.New(c, engine.Options{Listener: l})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, n) })
	transport := new(http.Transport)
	t.Cleanup(transport.CloseIdleConnections)
	return n, testclient.Server{URL: n.URL(), HTTP: &http.Client{Transport: transport}}
}

func stop(t *testing.T, n *engine.Node) {
	t.Helper()
	if err := n.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestNothingIsLeftAfterAThousandConnections(t *testing.T) {
	before := goleak.IgnoreCurrent()
	n, s := realNode(t, t.TempDir(), func(c *engine.Config) { c.Limits.SocketsPerAddress, c.Limits.SocketsPer24 = 0, 0 })
	website := n.Demo().Website.String()
	cookie, err := s.Login(t.Context(), n.Demo().Email, n.Demo().Password)
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Work(t.Context(), cookie)
	if err != nil {
		t.Fatal(err)
	}
	const all, atOnce = 1000, 50
	visitors := make([]*testclient.Visitor, all)
	var wait sync.WaitGroup
	for worker := range atOnce {
		wait.Go(func() {
			for i := worker; i < all; i += atOnce {
				v, err := s.Visit(t.Context(), website, nil, testclient.Header{})
				if err != nil {
					t.Error(err)
					return
				}
				visitors[i] = v
				if i%3 == 0 { // some talk, some leave by themselves, some without a word
					if _, err := v.Say("hello"); err != nil {
						t.Error(err)
					}
				}
				switch i % 5 {
				case 0:
					v.Close()
				case 1:
					v.Cut()
				}
			}
		})
	}
	wait.Wait()
	if t.Failed() {
		return
	}
	stop(t, n)
	for i, v := range visitors {
		code, err := v.Ended()
		if i%5 > 1 && (err != nil || code != 1012) {
			t.Errorf("a client was sent away with %d, %v; want 1012", code, err)
		}
	}
	if code, err := a.Ended(); code != 1012 {
		t.Errorf("the agent was sent away with %d, %v", code, err)
	}
	s.HTTP.CloseIdleConnections()
	goleak.VerifyNone(t, before)
}

func TestExpiryAndPermanenceInRealTime(t *testing.T) {
	n, s := realNode(t, t.TempDir(), func(c *engine.Config) { c.Sessions.Temporary, c.Sessions.Idle = 2*time.Second, time.Second })
	website := n.Demo().Website.String()
	visit := func(token string) *testclient.Visitor {
		t.Helper()
		v, err := s.Visit(t.Context(), website, testclient.Hello{"token": token}, testclient.Header{})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	silent, talking := visit(""), visit("")
	if _, err := talking.Say("I stay"); err != nil {
		t.Fatal(err)
	}
	silent.Close()
	talking.Close()
	gone := sessionsInMemory(t, n, 0)
	if gone < 1900*time.Millisecond {
		t.Errorf("the silent session ended after %v, want 2s", gone)
	}
	if v := visit(silent.Welcome.Token); v.Welcome.Session == silent.Welcome.Session {
		t.Error("the silent session is still there")
	}
	if v := visit(talking.Welcome.Token); v.Welcome.Session != talking.Welcome.Session || v.Welcome.Seq != 1 {
		t.Errorf("the conversation came back as %s", v.Welcome.Raw)
	}
}

// sessionsInMemory waits until the metrics say so many, and returns how long that took.
func sessionsInMemory(t *testing.T, n *engine.Node, want int) time.Duration {
	t.Helper()
	began := time.Now()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if n.Sessions() == want {
			return time.Since(began)
		}
		if time.Since(began) > 20*time.Second {
			t.Fatalf("there are %d sessions in memory, want %d", n.Sessions(), want)
		}
	}
	return 0
}

func TestTemporarySessionsNeverTouchTheDisk(t *testing.T) {
	dir := t.TempDir()
	n, s := realNode(t, dir, func(c *engine.Config) { c.HTTP.TrustedProxies = []string{"127.0.0.1"} })
	const needle = "needle-9f2c71"
	page := map[string]string{"url": "https://www.example.com/" + needle, "title": needle}
	v, err := s.Visit(t.Context(), n.Demo().Website.String(), testclient.Hello{"page": page, "locale": "fr-FR"}, testclient.Header{})
	if err != nil {
		t.Fatal(err)
	}
	for _, frame := range []map[string]any{
		{"t": "user", "nickname": needle, "email": needle + "@example.com"},
		{"t": "segments", "segments": []string{needle}},
		{"t": "data", "data": map[string]string{"k": needle}},
		{"t": "event", "name": needle},
		{"t": "trigger", "name": "welcome"},
		{"t": "typing", "on": true, "text": needle},
	} {
		if f, err := v.Ask(frame); err != nil || f.T != "ack" {
			t.Fatalf("%v: %s %v", frame["t"], f.Raw, err)
		}
	}
	secret := strings.SplitN(v.Welcome.Token, ".", 2)[1]
	v.Close()
	stop(t, n)
	files := 0
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		for _, what := range []string{needle, secret, v.Welcome.Session} {
			if strings.Contains(string(data), what) {
				t.Errorf("%s holds something of a temporary session", d.Name())
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	figure.Note(t, "G14", "name, page, text, data, id and secret of a temporary session in the %d files of the data directory: 0 bytes", files)
}
