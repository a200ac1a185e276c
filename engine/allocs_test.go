//go:build !race

package engine_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/engine"
	"github.com/parlor-chat/parlor/internal/memnet"
	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
	"github.com/parlor-chat/parlor/protocol"
)

// What a visitor's message may allocate on its way through the whole node: HTTP and WebSocket apart from the system's sockets, session, commit
// in Pebble, and the frames to the visitor and to an agent who has the conversation open. The measurement is good to half a percent; what is
// allowed on top is for the next compiler. To raise a figure on purpose, take what the test prints and say in the commit what it buys; when the
// test says that they are too high, lower them, or the next one spends what this one saved.
const (
	allocsPerMessage = 19.0
	bytesPerMessage  = 2135.0
	allowedGrowth    = 0.02
	// tooHigh is by how much a figure may stand above what is measured.
	tooHigh = 0.05
)

// TestAllocations counts what the node allocates for a message. It counts and does not time, so it holds on any machine; the race detector
// changes the counts.
func TestAllocations(t *testing.T) {
	const warm, measured = 20_000, 20_000
	node := startCounted(t)
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection empties the pools
	node.converse(warm)
	runtime.GC()
	node.converse(100) // the pools are full again
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	node.converse(measured)
	runtime.ReadMemStats(&after)
	for _, m := range []struct {
		what          string
		found, figure float64
	}{
		{"allocations", float64(after.Mallocs-before.Mallocs) / measured, allocsPerMessage},
		{"bytes", float64(after.TotalAlloc-before.TotalAlloc) / measured, bytesPerMessage},
	} {
		t.Logf("%.2f %s a message; the figure is %.2f", m.found, m.what, m.figure)
		switch {
		case m.found > m.figure*(1+allowedGrowth):
			t.Errorf("a message takes %.2f %s, more than the %.2f that it may", m.found, m.what, m.figure)
		case m.found < m.figure*(1-tooHigh):
			t.Errorf("a message takes %.2f %s: lower the figure, it is %.2f", m.found, m.what, m.figure)
		}
	}
}

// hasty is a disk that is never waited for: what a sync takes says nothing about allocations.
type hasty struct{ vfs.FS }

type hastyFile struct{ vfs.File }

// Create implements vfs.FS.
func (fs hasty) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := fs.FS.Create(name, category)
	return hastyFile{f}, err
}

// Sync implements vfs.File.
func (hastyFile) Sync() error { return nil }

// SyncData implements vfs.File.
func (hastyFile) SyncData() error { return nil }

// SyncTo implements vfs.File.
func (hastyFile) SyncTo(int64) (bool, error) { return false, nil }

// counted is a node on memory's network with a visitor and an agent who allocate nothing.
type counted struct {
	visitor *counter
	agent   *counter
	said    int
	frame   []byte
}

func startCounted(t *testing.T) *counted {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	store, err := pebblestore.Open(pebblestore.Options{Dir: t.TempDir(), FS: hasty{vfs.Default}, Logger: slog.New(slog.DiscardHandler)})
	must(err)
	network, config := memnet.New(), engine.Default()
	config.HTTP.PublicURLs = []string{nodeURL}
	config.Limits.MessagesPerSecond, config.Limits.AddressMessagesPerSecond = 0, 1e6 // counted, and enough
	node, err := engine.New(config, engine.Options{Store: store, Listener: network, AdminListener: memnet.New()})
	must(err)
	must(node.Start(t.Context()))
	t.Cleanup(func() { must(node.Stop(context.Background())) })
	site, err := node.Operator().PutWebsite(t.Context(), engine.NewWebsite("Shop"))
	must(err)
	agent, err := node.Operator().PutAgent(t.Context(), chat.Agent{Name: "Ada", Email: agentEmail, Websites: []chat.WebsiteID{site.ID}})
	must(err)
	must(node.Operator().SetPassword(t.Context(), agent.ID, password))
	browser := network.HTTP()
	defer browser.CloseIdleConnections()
	cookie, err := testclient.Server{URL: nodeURL, HTTP: browser}.Login(t.Context(), agentEmail, password)
	must(err)

	c := new(counted)
	c.visitor = connect(t, network, "/visitor?website="+site.ID.String(), "Origin: "+nodeURL+"\r\n")
	c.visitor.Send(fmt.Appendf(nil, `{"t":"hello","website":%q,"page":{"url":"%s/"}}`, site.ID, nodeURL))
	session := c.visitor.expect(t, "welcome").Session
	c.agent = connect(t, network, "/agent", "Origin: "+nodeURL+"\r\nCookie: "+cookie+"\r\n")
	c.agent.Send([]byte(`{"t":"hello"}`))
	c.agent.expect(t, "welcome")
	c.visitor.expect(t, "presence")
	c.say() // agents open what is a conversation
	c.visitor.expect(t, "ack")
	c.agent.Send(fmt.Appendf(nil, `{"t":"open","ref":1,"website":%q,"session":%q}`, site.ID, session))
	c.agent.expect(t, "opened")
	c.agent.expect(t, "history")
	c.visitor.quiet.Store(true)
	c.agent.quiet.Store(true)
	return c
}

// converse says something n times, each time after the visitor has its ack and the agent the message: so each is a commit of its own.
func (c *counted) converse(n int) {
	for range n {
		c.say()
		<-c.visitor.heard
		<-c.agent.heard
	}
}

// say sends the next message, without allocating.
func (c *counted) say() {
	c.said++
	b := append(c.frame[:0], `{"t":"message","ref":`...)
	b = strconv.AppendInt(b, int64(c.said), 10)
	b = append(b, `,"id":"0123456789abcdef`...)
	b = strconv.AppendInt(b, 1<<60+int64(c.said), 16) // 16 digits
	b = append(b, `","type":"text","content":"`...)
	b = append(b, saidText...)
	c.frame = append(b, `"}`...)
	c.visitor.Send(c.frame)
}

var saidText = strings.Repeat("How much is the fish? ", 10)[:200]

// counter is a client that hands its frames over, or counts them once it is quiet.
type counter struct {
	memnet.Client
	opened chan struct{}
	frames chan testclient.Frame
	quiet  atomic.Bool
	heard  chan struct{}
}

func connect(t *testing.T, n *memnet.Network, path, header string) *counter {
	t.Helper()
	c := &counter{opened: make(chan struct{}), frames: make(chan testclient.Frame, 8), heard: make(chan struct{}, 1)}
	r := &memnet.Request{
		From: netip.MustParseAddrPort("203.0.113.77:4711"), Host: strings.TrimPrefix(nodeURL, "http://"), Path: path,
		Subprotocol: protocol.Subprotocol, Header: header,
	}
	if err := c.Dial(n, r, c); err != nil {
		t.Fatal(err)
	}
	<-c.opened
	return c
}

// OnOpen implements memnet.Handler.
func (c *counter) OnOpen() { close(c.opened) }

// OnText implements memnet.Handler.
func (c *counter) OnText(frame []byte) {
	if c.quiet.Load() {
		c.heard <- struct{}{}
		return
	}
	var f testclient.Frame
	if err := json.Unmarshal(frame, &f); err != nil {
		f.T = err.Error()
	}
	c.frames <- f
}

// OnEnd implements memnet.Handler.
func (c *counter) OnEnd(error) { close(c.heard) }

// expect waits for the next frame, which has to be of a type.
func (c *counter) expect(t *testing.T, kind string) testclient.Frame {
	t.Helper()
	f := <-c.frames
	if f.T != kind {
		t.Fatalf("got %+v, not %s", f, kind)
	}
	return f
}
