package scale

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parlor-chat/parlor/bench/load"
	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/target"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/engine"
	"github.com/parlor-chat/parlor/internal/memnet"
	"github.com/parlor-chat/parlor/protocol"
)

// Million connects very many visitors to one node, and lets some of them write. The node is whole: HTTP, upgrade, admission, WebSocket, the clock
// of pings and deadlines, session actors, Pebble on the disk. Its settings are the defaults but for those below, no limit on a visitor's messages,
// and patience with a stop that has a million to end. Simulated are the network, which is package memnet's, and the visitors, who live in the same
// process, each at an address of its own. So the system's memory of a socket is not in it, nor is any delay; and a connection without a
// descriptor cannot be parked, so that each has a goroutine.
type Million struct {
	Visitors int
	// Writers are as many of them, who write so many Messages each, one after the other's ack.
	Writers, Messages int
	TextBytes         int
	// Ping is the node's setting: a million pings every 25 seconds would take the processors that the simulated visitors need as well.
	Ping time.Duration
	// MemoryLimit is the node's setting, which the simulated visitors' memory counts for as well.
	MemoryLimit string
}

// MillionFigures are what Million measures. Memory is the whole process's, with the simulated visitors, until the last message; what it takes to end
// a million connections at once is not measured.
func MillionFigures() []report.Figure {
	return []report.Figure{
		{Name: "peak_gib", Label: "peak GiB", Digits: 2, Better: report.Less},
		{Name: "visitor_kib", Label: "KiB/visitor after GC", Digits: 2, Better: report.Less},
		{Name: "connect_s", Label: "s to connect all", Digits: 1, Better: report.Less},
		{Name: "connects_per_s", Label: "connects/s", Better: report.More},
		{Name: "messages_per_s", Label: "messages/s", Better: report.More},
		{Name: "gc_pause_p99_ms", Label: "GC pause p99 ms", Digits: 2, Better: report.Less},
		{Name: "gc_pause_max_ms", Label: "GC pause max ms", Digits: 2, Better: report.Less},
		{Name: "gc_cpu_percent", Label: "CPU for GC %", Digits: 1, Better: report.Less},
	}
}

// Run implements load.Scenario. It measures the process that it runs in, and no target.
func (m Million) Run(ctx context.Context, _ target.Target) (found load.Result, err error) {
	found.Figures = make(report.Figures)
	before, err := memory()
	if err != nil {
		return found, err
	}
	c, err := openCrowd(ctx, m)
	if err != nil {
		return found, err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	pauses := beginPauses()
	for _, part := range []func(context.Context, *crowd, report.Figures) error{m.connect, m.burst} {
		if err := part(ctx, c, found.Figures); err != nil {
			return found, err
		}
	}
	pauses.into(found.Figures)
	peak, err := status("VmHWM:")
	if err != nil {
		return found, err
	}
	after, err := memory()
	found.Figures["peak_gib"] = float64(peak) / (1 << 30)
	found.Figures["visitor_kib"] = float64(after-before) / float64(m.Visitors) / 1024
	return found, errors.Join(err, c.failure())
}

// handshakes is how many visitors are on their way in at once: enough to keep the node at it, few enough that none is late with its hello.
const handshakes = 256

func (m Million) connect(ctx context.Context, c *crowd, f report.Figures) error {
	began := time.Now()
	c.visitors = make([]visitor, m.Visitors)
	for i := range c.visitors {
		if err := c.enter(ctx); err != nil {
			return err
		}
		if err := c.visitors[i].dial(c, i); err != nil {
			return err
		}
	}
	for range handshakes { // until the last one is in
		if err := c.enter(ctx); err != nil {
			return err
		}
	}
	took := time.Since(began).Seconds()
	f["connect_s"], f["connects_per_s"] = took, float64(m.Visitors)/took
	return c.failure()
}

func (m Million) burst(ctx context.Context, c *crowd, f report.Figures) error {
	c.text = strings.Repeat("a", m.TextBytes)
	began := time.Now()
	c.writing.Add(m.Writers)
	for i := range m.Writers {
		v := &c.visitors[i*(len(c.visitors)/m.Writers)]
		v.left.Store(int32(m.Messages))
		v.say()
	}
	done := make(chan struct{})
	go func() { c.writing.Wait(); close(done) }()
	select {
	case <-done:
	case err := <-c.failed:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	f["messages_per_s"] = float64(m.Writers*m.Messages) / time.Since(began).Seconds()
	return nil
}

// crowd is a node and those who visit it.
type crowd struct {
	dir      string
	node     *engine.Node
	network  *memnet.Network
	website  chat.WebsiteID
	hello    []byte
	text     string
	visitors []visitor
	// inside has a place for each visitor on the way in.
	inside  chan struct{}
	writing sync.WaitGroup
	// failed gets the first thing that went wrong. leaving says that ends are what was asked for.
	failed  chan error
	leaving atomic.Bool
}

const (
	host   = "chat.site.test"
	origin = "http://" + host
)

func openCrowd(ctx context.Context, m Million) (c *crowd, err error) {
	c = &crowd{network: memnet.New(), inside: make(chan struct{}, handshakes), failed: make(chan error, 1)}
	for range handshakes {
		c.inside <- struct{}{}
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	if c.dir, err = os.MkdirTemp("", "parlor-scale-"); err != nil {
		return c, fmt.Errorf("scale: %w", err)
	}
	config := engine.Default()
	config.HTTP.PublicURLs, config.Admin.Listen, config.Store.Dir = []string{origin}, "", c.dir
	config.Limits.MessagesPerSecond, config.Limits.TemporarySessions = 0, "0"
	config.Timeouts.Drain, config.Timeouts.Commit = stopping, time.Minute
	config.Timeouts.Ping, config.Memory.Limit = m.Ping, m.MemoryLimit
	node, err := engine.New(config, engine.Options{Listener: c.network})
	if err != nil {
		return c, err
	}
	config.Memory.Apply()
	if err := node.Start(ctx); err != nil {
		return c, err
	}
	c.node = node
	site, err := node.Operator().PutWebsite(ctx, engine.NewWebsite("Shop"))
	c.website = site.ID
	c.hello = fmt.Appendf(nil, `{"t":"hello","website":%q,"locale":"en","page":{"url":"%s/","title":"A page of the shop"}}`, site.ID, origin)
	return c, err
}

func (c *crowd) close() (err error) {
	c.leaving.Store(true)
	if c.node != nil {
		err = c.node.Stop(context.Background())
	}
	return errors.Join(err, os.RemoveAll(c.dir))
}

// enter waits for a place on the way in.
func (c *crowd) enter(ctx context.Context) error {
	select {
	case <-c.inside:
		return nil
	case err := <-c.failed:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (c *crowd) fail(err error) {
	select {
	case c.failed <- err:
	default: // something went wrong before
	}
}

// failure is what went wrong, if anything did.
func (c *crowd) failure() error {
	select {
	case err := <-c.failed:
		return err
	default:
		return nil
	}
}

// visitor is a simulated one.
type visitor struct {
	memnet.Client
	crowd *crowd
	// left is how many messages it is going to send.
	left  atomic.Int32
	index int32
}

func (v *visitor) dial(c *crowd, i int) error {
	v.crowd, v.index = c, int32(i)
	addr := netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
	return v.Dial(c.network, &memnet.Request{
		From: netip.AddrPortFrom(addr, 4711), Host: host, Path: "/visitor?website=" + c.website.String(), Subprotocol: protocol.Subprotocol,
		Header: "Origin: " + origin + "\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n",
	}, v)
}

// say sends the next message. Its id is the visitor and its number.
func (v *visitor) say() {
	n := int64(v.left.Add(-1))
	b := make([]byte, 0, 128+len(v.crowd.text))
	b = append(b, `{"t":"message","ref":1,"id":"`...)
	b = strconv.AppendInt(b, 1<<60+int64(v.index), 16)
	b = strconv.AppendInt(b, 1<<60+n, 16)
	b = append(b, `","type":"text","content":"`...)
	b = append(b, v.crowd.text...)
	v.Send(append(b, `"}`...))
}

// OnOpen implements memnet.Handler.
func (v *visitor) OnOpen() { v.Send(v.crowd.hello) }

// OnText implements memnet.Handler.
func (v *visitor) OnText(frame []byte) {
	switch {
	case bytes.HasPrefix(frame, []byte(`{"t":"welcome"`)):
		v.crowd.inside <- struct{}{}
	case bytes.HasPrefix(frame, []byte(`{"t":"ack"`)):
		if v.left.Load() > 0 {
			v.say()
		} else {
			v.crowd.writing.Done()
		}
	default:
		v.crowd.fail(fmt.Errorf("scale: a visitor got %s", frame))
	}
}

// OnEnd implements memnet.Handler.
func (v *visitor) OnEnd(err error) {
	if v.crowd.leaving.Load() {
		return
	}
	if err == nil {
		err = errors.New("closed without a word")
	}
	v.crowd.fail(fmt.Errorf("scale: a visitor lost its connection: %w", err))
}
