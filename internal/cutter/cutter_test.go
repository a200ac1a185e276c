package cutter_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/parlor-chat/parlor/internal/cutter"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 10 * time.Second

// target says what it was sent back, and tells how each of its connections ended.
func target(t *testing.T) (addr string, ends <-chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	ended := make(chan error, 1000)
	go func() { // ends with the listener
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { // ends with the proxy
				_, err := io.Copy(c, c)
				_ = c.Close()
				ended <- err
			}()
		}
	}()
	return l.Addr().String(), ended
}

func dial(t *testing.T, p *cutter.Proxy) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// TestWhatIsPassedOnIsTheBeginning of what was sent, for each way, and the places differ.
func TestWhatIsPassedOnIsTheBeginning(t *testing.T) {
	addr, _ := target(t)
	p, err := cutter.Listen(addr, cutter.Plan{Up: 2000, Down: 2000, Ways: []cutter.Way{cutter.Close, cutter.Reset, cutter.Vanish}, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	sent := make([]byte, 4000)
	for i := range sent {
		sent[i] = byte(i * i / 7)
	}
	lengths := make(map[int]bool)
	for range 100 {
		c := dial(t, p)
		_, _ = c.Write(sent) // it may be cut meanwhile
		_ = c.SetReadDeadline(time.Now().Add(patience))
		got, err := io.ReadAll(c)
		if errors.Is(err, os.ErrDeadlineExceeded) || !bytes.HasPrefix(sent, got) || len(got) > 2000 {
			t.Fatalf("got %d bytes, %v", len(got), err)
		}
		lengths[len(got)] = true
	}
	if len(lengths) < 20 {
		t.Errorf("a hundred connections were cut at %d places only", len(lengths))
	}
	if n := p.Cuts(cutter.Close) + p.Cuts(cutter.Reset) + p.Cuts(cutter.Vanish); n != 100 {
		t.Errorf("%d connections were cut", n)
	}
}

// TestWays: what each side sees of a cut, and when.
func TestWays(t *testing.T) {
	const hold = 200 * time.Millisecond
	for name, c := range map[string]struct {
		way            cutter.Way
		client, target error // what ends it
		late           [2]bool
	}{
		"close":   {cutter.Close, nil, nil, [2]bool{}},
		"reset":   {cutter.Reset, syscall.ECONNRESET, syscall.ECONNRESET, [2]bool{}},
		"vanish":  {cutter.Vanish, nil, syscall.ECONNRESET, [2]bool{false, true}},
		"silence": {cutter.Silence, syscall.ECONNRESET, syscall.ECONNRESET, [2]bool{true, true}},
	} {
		t.Run(name, func(t *testing.T) {
			addr, ends := target(t)
			p, err := cutter.Listen(addr, cutter.Plan{Up: 1, Down: 1, Ways: []cutter.Way{c.way}, Hold: hold})
			if err != nil {
				t.Fatal(err)
			}
			defer p.Close()
			client := dial(t, p)
			began := time.Now()
			_ = client.SetReadDeadline(began.Add(patience))
			_, _ = client.Write([]byte{1}) // as many as are passed on
			if _, err := io.ReadAll(client); !errors.Is(err, c.client) {
				t.Errorf("the client saw %v", err)
			}
			if late := time.Since(began) > hold/2; late != c.late[0] {
				t.Errorf("the client saw it after %v", time.Since(began))
			}
			if err := <-ends; !errors.Is(err, c.target) {
				t.Errorf("the target saw %v", err)
			}
			if late := time.Since(began) > hold/2; late != c.late[1] {
				t.Errorf("the target saw it after %v", time.Since(began))
			}
		})
	}
}

// TestCloseEndsWhatIsHeld and what is not cut.
func TestCloseEndsWhatIsHeld(t *testing.T) {
	addr, ends := target(t)
	p, err := cutter.Listen(addr, cutter.Plan{Up: 1, Down: 1, Ways: []cutter.Way{cutter.Silence}, Hold: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = dial(t, p).Write([]byte{1})
	for p.Cuts(cutter.Silence) == 0 {
		<-time.After(time.Millisecond)
	}
	p.Close()
	if err := <-ends; errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
}
