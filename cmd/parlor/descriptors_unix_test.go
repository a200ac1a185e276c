//go:build unix

package main

import (
	"net"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/internal/testprogram"
)

// descriptors are all that the program may have, attempts are the connections that want some.
const descriptors, attempts = 256, 1000

// TestFewDescriptors gives the program few descriptors and lets far more connections come (GUARANTEES, T14, G21): those who talk go on, the store reads
// and writes, newcomers are refused while there are too many, and let in when the others have gone.
func TestFewDescriptors(t *testing.T) {
	t.Logf("seed %d", *seed)
	var unlimited []string
	for _, key := range []string{"messages_per_second", "address_messages_per_second", "address_sessions_per_minute", "sockets_per_address", "sockets_per_24"} {
		unlimited = append(unlimited, "--set", "limits."+key+"=0")
	}
	p := program.Limited(t, descriptors, t.TempDir(), testprogram.FreePort(t), unlimited...)
	const old = 30
	c := start(t, old, p.Server(), p.Ready.Website, func(v *talker) { v.body, v.pause = long(v.name), 10*time.Millisecond })
	eventually(t, "all have come", 10*time.Second, func() bool { return c.tally().acked > 0 && c.since(time.Time{}) == old })

	began := time.Now()
	in, refused, silent := flood(t, p)
	if in == 0 || refused < attempts/4 {
		t.Errorf("%d were let in and %d refused: that proves little", in, refused)
	}
	eventually(t, "those who talk go on", 10*time.Second, func() bool { return c.since(time.Now().Add(-time.Second)) == old && time.Since(began) > 5*time.Second })
	open := openDescriptors(t, p)
	if open >= descriptors-8 {
		t.Errorf("%d of %d descriptors are open: nothing is left for the store", open, descriptors)
	}
	if status, body := get(t, p.Ready.Admin+"/readyz"); status != 200 {
		t.Errorf("/readyz says %d, %q", status, body)
	}
	if sum := c.tally(); sum.lost > 0 || sum.unavailable > 0 {
		t.Errorf("those who talk noticed: %+v", sum)
	}
	silent()
	free := eventually(t, "newcomers are let in again", 10*time.Second, func() bool {
		v, err := p.Server().Visit(t.Context(), p.Ready.Website, nil, testclient.Header{})
		if err != nil {
			return false
		}
		v.Close()
		return true
	})
	c.end()
	c.check(t, p.Server())
	figure.Note(t, "G21", "%d descriptors, %d connections attempted, %d let in, %d refused: %d clients went on unharmed, %d messages acknowledged, 0 lost; "+
		"newcomers let in %v after the others had gone", descriptors, attempts, in, refused, old, c.tally().acked, free.Round(time.Millisecond))
}

// flood opens connections, half of which ask for nothing, and keeps them. leave closes them.
func flood(t *testing.T, p *testprogram.Process) (in, refused int64, leave func()) {
	t.Helper()
	var mu sync.Mutex
	var closes []func()
	var joined, turned atomic.Int64
	var coming sync.WaitGroup
	next := make(chan int)
	for range 50 {
		coming.Go(func() {
			for i := range next {
				var gone func()
				if i%2 == 0 {
					conn, err := net.DialTimeout("tcp", strings.TrimPrefix(p.Ready.URL, "http://"), 5*time.Second)
					if err != nil {
						turned.Add(1)
						continue
					}
					gone = func() { _ = conn.Close() }
				} else {
					v, err := p.Server().Visit(t.Context(), p.Ready.Website, nil, testclient.Header{})
					if err != nil {
						turned.Add(1)
						continue
					}
					joined.Add(1)
					gone = v.Cut
				}
				mu.Lock()
				closes = append(closes, gone)
				mu.Unlock()
			}
		})
	}
	for i := range attempts {
		next <- i
	}
	close(next)
	coming.Wait()
	return joined.Load(), turned.Load(), func() {
		for _, gone := range closes {
			gone()
		}
	}
}

var openFDs = regexp.MustCompile(`(?m)^process_open_fds (\S+)$`)

// openDescriptors is how many the program has open, 0 where that is not known.
func openDescriptors(t *testing.T, p *testprogram.Process) int {
	t.Helper()
	_, body := get(t, p.Ready.Admin+"/metrics")
	m := openFDs.FindStringSubmatch(body)
	if m == nil {
		return 0
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return int(n)
}
