package engine_test

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/parlor-chat/parlor/bench/client"
	"github.com/parlor-chat/parlor/engine"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
)

var besideRounds = flag.Int("beside", 3, "how many rounds honest clients are timed beside hostile ones, and as many without")

const (
	// honest visitors are each told something by an agent, all together perRound times within roundTime.
	honest, perRound, roundTime = 2, 400, time.Second
	// underWay are fewer than a session takes at once, and than fit into an outbox: nobody honest is refused or closed, however busy the machine.
	underWay = 48
	// neverReading are tabs of each honest visitor, flooding other visitors who write at every floodTick.
	neverReading, flooding, floodTick = 2, 2, 10 * time.Millisecond
	// muchSlower is a bound for a machine that does other things too. Where nothing else runs it is 1.1 (G17).
	muchSlower = 4
)

// beside is a node with honest clients, and hostile ones in every other round.
type beside struct {
	t     *testing.T
	node  *engine.Node
	agent client.Conn
	pairs [honest]*listener
	// flood counts what floods were refused, slow how often somebody who does not read was closed, told how often that one read why.
	flood, slow, told atomic.Int64
}

// narrow has the system hold little of what a client does not read, which would be megabytes otherwise.
type narrow struct{ net.Listener }

// systemBytes is what it holds on each side.
const systemBytes = 64 << 10

func (n narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(systemBytes)
	}
	return c, err
}

// listener is an honest visitor.
type listener struct {
	*tab
	heard chan time.Time
	// seq is what it was told up to now.
	seq uint64
}

// TestHostileClientsSlowNobody times what an agent says until its visitors have it: beside tabs of the same visitors that never read and beside
// floods, and without them, in turns (T12, G17). Who did not read is closed, comes back, and misses nothing.
func TestHostileClientsSlowNobody(t *testing.T) {
	b := newBeside(t)
	var calm, hostile []time.Duration
	b.round() // caches are warm from here on
	for range *besideRounds {
		calm = append(calm, b.round())
		leave := b.enemies()
		hostile = append(hostile, b.round())
		leave()
		if t.Failed() {
			return
		}
	}
	slices.Sort(calm)
	slices.Sort(hostile)
	without, with := calm[len(calm)/2], hostile[len(hostile)/2]
	ratio := float64(with) / float64(without)
	if ratio > muchSlower && with > 250*time.Millisecond {
		t.Errorf("p99 is %v beside hostile clients and %v without", with, without)
	}
	if b.flood.Load() == 0 || b.told.Load() == 0 {
		t.Errorf("%d messages of floods refused, %d slow readers told: that proves little", b.flood.Load(), b.told.Load())
	}
	figure.Note(t, "G17", "%d rounds beside %d clients that never read and %d floods, in turns with as many without: p99 of the others' messages %v and %v, "+
		"%.2f times (medians); %d times one who does not read was closed, %d of them in time to read 4008, and missed nothing on coming back; "+
		"%d messages of floods refused", *besideRounds, honest*neverReading, flooding, with.Round(10*time.Microsecond),
		without.Round(10*time.Microsecond), ratio, b.slow.Load(), b.told.Load(), b.flood.Load())
}

func newBeside(t *testing.T) *beside {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n, s := realNodeOn(t, narrow{l}, t.TempDir(), func(c *engine.Config) { c.Limits.SocketsPerAddress = 0 })
	cookie, err := s.Login(t.Context(), n.Demo().Email, n.Demo().Password)
	if err != nil {
		t.Fatal(err)
	}
	b := &beside{t: t, node: n}
	b.agent, err = client.Lean.Dial(t.Context(), "ws"+strings.TrimPrefix(n.URL(), "http")+"/agent", "parlor.v1", http.Header{"Origin": {n.URL()}, "Cookie": {cookie}})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.agent.Send([]byte(`{"t":"hello"}`)); err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(func() {
		for {
			if _, err := b.agent.Read(); err != nil {
				return // closed at the end
			}
		}
	})
	for i := range b.pairs {
		b.pairs[i] = &listener{tab: openTab(t, n, nil), heard: make(chan time.Time, perRound)}
		reading.Go(func() { b.pairs[i].listen() })
	}
	t.Cleanup(func() {
		_ = b.agent.Close()
		for _, v := range b.pairs {
			_ = v.Close()
		}
		reading.Wait()
	})
	return b
}

// listen notes when each message has come.
func (v *listener) listen() {
	for {
		data, err := v.Read()
		if err != nil {
			return // closed at the end
		}
		if strings.HasPrefix(string(data[:min(len(data), 16)]), `{"t":"message"`) {
			v.heard <- time.Now()
		}
	}
}

// round returns the p99 of a round.
func (b *beside) round() time.Duration {
	b.t.Helper()
	text := strings.Repeat("x", 3900)
	sent := make([]time.Time, perRound)
	tick := time.NewTicker(roundTime / perRound)
	defer tick.Stop()
	took := make([]time.Duration, perRound)
	late := time.After(rushPatience)
	await := func(k int) {
		v := b.pairs[k%honest]
		select {
		case at := <-v.heard:
			took[k] = at.Sub(sent[k])
			v.seq++
		case <-late:
			b.t.Fatalf("message %d of %d did not arrive", k, perRound)
		}
	}
	for k := range sent {
		<-tick.C
		if k >= underWay {
			await(k - underWay)
		}
		frame := fmt.Appendf(nil, `{"t":"message","website":%q,"session":%q,"id":%q,"type":"text","content":%q}`,
			b.node.Demo().Website, b.pairs[k%honest].welcome.Session, testclient.NewID(), text)
		sent[k] = time.Now()
		if err := b.agent.Send(frame); err != nil {
			b.t.Fatal(err)
		}
	}
	for k := range underWay {
		await(perRound - underWay + k)
	}
	slices.Sort(took)
	return took[perRound*99/100]
}

// enemies lets hostile clients in. leave sees them off: who never read must have been closed, and must miss nothing when it comes back.
func (b *beside) enemies() (leave func()) {
	b.t.Helper()
	ctx, stop := context.WithCancel(b.t.Context())
	var floods sync.WaitGroup
	for range flooding {
		floods.Go(func() { b.floodUntil(ctx) })
	}
	type silent struct {
		*websocket.Conn
		of  *listener
		seq uint64
	}
	var never []silent
	for _, v := range b.pairs {
		for range neverReading {
			never = append(never, silent{b.neverReads(v), v, v.seq})
		}
	}
	return func() {
		stop()
		floods.Wait()
		for _, c := range never {
			reading, cancel := context.WithTimeout(b.t.Context(), 10*time.Second)
			seq, code := readAll(reading, b.t, c.Conn, c.seq)
			if reading.Err() != nil || code != 4008 && code != -1 { // or it was cut, since it did not take the code either
				b.t.Errorf("who never read was closed with %d, %v", code, reading.Err())
			}
			cancel()
			b.slow.Add(1)
			if code == 4008 {
				b.told.Add(1)
			}
			b.comesBack(c.of, seq)
		}
	}
}

// comesBack resumes as somebody who has everything up to seq.
func (b *beside) comesBack(v *listener, seq uint64) {
	b.t.Helper()
	back := openTab(b.t, b.node, testclient.Hello{"token": v.welcome.Token, "resume": map[string]any{"epoch": v.welcome.Epoch, "seq": seq}})
	defer func() { _ = back.Close() }()
	end := back.welcome.Seq
	switch back.welcome.Resume {
	case "ok":
		back.missed(seq, int(end-seq))
	case "reset":
		messages := back.next("history").Messages
		for i, m := range messages {
			if want := end - uint64(len(messages)-1-i); m.Seq != want {
				b.t.Errorf("the snapshot up to %d has %d in place of %d", end, m.Seq, want)
			}
		}
	default:
		b.t.Errorf("who never read came back as %s", back.welcome.Raw)
	}
}

// neverReads connects another tab of a visitor, which reads the welcome and then nothing. Of the system's buffers it has little.
func (b *beside) neverReads(v *listener) *websocket.Conn {
	b.t.Helper()
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err == nil {
			err = c.(*net.TCPConn).SetReadBuffer(systemBytes)
		}
		return c, err
	}
	website := b.node.Demo().Website.String()
	c, _, err := websocket.Dial(b.t.Context(), "ws"+strings.TrimPrefix(b.node.URL(), "http")+"/visitor?website="+website, &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: &http.Transport{DialContext: dial}}, Subprotocols: []string{"parlor.v1"},
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { _ = c.CloseNow() })
	c.SetReadLimit(8 << 20)
	hello := fmt.Appendf(nil, `{"t":"hello","website":%q,"token":%q,"resume":{"epoch":%q,"seq":%d}}`, website, v.welcome.Token, v.welcome.Epoch, v.seq)
	if err = c.Write(b.t.Context(), websocket.MessageText, hello); err == nil {
		_, _, err = c.Read(b.t.Context())
	}
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

// floodUntil writes far more than a visitor may, and comes back when it is closed.
func (b *beside) floodUntil(ctx context.Context) {
	website := b.node.Demo().Website.String()
	tick := time.NewTicker(floodTick)
	defer tick.Stop()
	for ctx.Err() == nil {
		c, err := client.Lean.Dial(ctx, "ws"+strings.TrimPrefix(b.node.URL(), "http")+"/visitor?website="+website, "parlor.v1", http.Header{})
		if err != nil {
			continue
		}
		over := context.AfterFunc(ctx, func() { _ = c.Close() })
		_ = c.Send(fmt.Appendf(nil, `{"t":"hello","website":%q}`, website))
		closed := make(chan struct{})
		go func() { // ends with the connection
			defer close(closed)
			for {
				data, err := c.Read()
				if err != nil {
					return
				}
				if strings.Contains(string(data), `"rate_limited"`) {
					b.flood.Add(1)
				}
			}
		}()
		for err == nil {
			<-tick.C
			err = c.Send(fmt.Appendf(nil, `{"t":"message","id":%q,"type":"text","content":"buy"}`, testclient.NewID()))
		}
		over()
		_ = c.Close()
		<-closed
	}
}
