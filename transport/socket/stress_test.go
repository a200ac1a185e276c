package socket_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/transport/socket"
)

var (
	stressFor  = flag.Duration("stress", 2*time.Second, "how long honest and hostile peers share a server; from 10 s on there are ten times as many")
	stressSeed = flag.Uint64("seed", 0, "the seed of the stress test; 0: another one each time")
)

// stressLimits are tight, so that every timeout is met, and by honest peers too when the machine has no time for them.
var stressLimits = socket.Limits{
	MessageBytes: 8 << 10, OutboxBytes: 64 << 10, Frames: 16,
	First: 500 * time.Millisecond, Message: 500 * time.Millisecond, Write: 500 * time.Millisecond,
	Ping: 500 * time.Millisecond, Pong: 500 * time.Millisecond, Linger: 200 * time.Millisecond,
}

const (
	// stressTick is the precision of the deadlines: a quarter of the shortest.
	stressTick = 50 * time.Millisecond
	// grain is for how long the system may keep bytes before the other side can see them.
	grain = 20 * time.Millisecond
	// slack is how much later than a deadline a connection may be gone: there is always more to do than the machine can.
	slack = 10 * time.Second
)

// stress is one server, its honest peers, whose every message must come back once and in order, and its hostile peers, who must go.
type stress struct {
	*socket.Server
	addr string
	stop chan struct{}
	// lines are the connections that are on their way or open, by their numbers.
	lines sync.Map
	count atomic.Uint64

	messages, comebacks atomic.Int64

	mu       sync.Mutex
	problems []string
	// closed counts how the connections of honest peers ended, met the hostile ones of each habit, and worst how much later than its deadline
	// one of them was gone.
	closed map[socket.Code]int
	met    map[string]int
	worst  map[string]time.Duration
}

// TestStress has honest and hostile peers share a server that has more to do than it can. No message of an honest peer may be lost or
// repeated, nor its connection closed for a lateness that was not its own. Who is hostile must be gone in time, and at the end nothing may
// be left.
func TestStress(t *testing.T) {
	seed, honest, hostile := *stressSeed, 20, 200
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	if *stressFor >= 10*time.Second {
		honest, hostile = 10*honest, 10*hostile
	}
	t.Logf("%d honest and %d hostile peers for %v, parked = %v, -seed=%d", honest, hostile, *stressFor, parked, seed)
	newStress().run(t, seed, 0, 0) // the first socket of a process opens an epoll instance of the runtime's
	descriptors := openDescriptors()
	s := newStress()
	t.Run("peers", func(t *testing.T) { s.run(t, seed, honest, hostile) }) // its cleanups are over when it returns
	for began := time.Now(); openDescriptors() > descriptors; {
		if time.Since(began) > patience {
			t.Errorf("%d descriptors were open before, %d are left", descriptors, openDescriptors())
			break
		}
	}
	s.report(t)
}

func newStress() *stress {
	limits := stressLimits
	limits.Subprotocol, limits.Parked = subprotocol, parked
	return &stress{
		Server: socket.NewServer(limits), stop: make(chan struct{}),
		closed: make(map[socket.Code]int), met: make(map[string]int), worst: make(map[string]time.Duration),
	}
}

func (s *stress) run(t *testing.T, seed uint64, honest, hostile int) {
	s.serve(t)
	var peers sync.WaitGroup
	for i := range honest {
		p := &peer{stress: s, number: i, rand: rand.New(rand.NewPCG(seed, uint64(i))), session: new(session)}
		peers.Go(p.live)
	}
	for i := range hostile {
		h := &villain{stress: s, rand: rand.New(rand.NewPCG(seed, 1<<32+uint64(i)))}
		peers.Go(h.live)
	}
	time.AfterFunc(*stressFor, func() { close(s.stop) })
	peers.Wait()
	for began := time.Now(); s.Count() > 0 && time.Since(began) < patience; {
		<-time.After(stressTick)
	}
	if n := s.Count(); n > 0 {
		t.Errorf("%d connections are left", n)
	}
	if n := socket.Listed(s.Server); n > 0 {
		t.Errorf("%d connections are left in the lot", n)
	}
}

// serve puts net/http before the server until the test ends.
func (s *stress) serve(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = listener.Addr().String()
	web := &http.Server{
		Handler: http.HandlerFunc(s.upgrade),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			_ = c.(*net.TCPConn).SetWriteBuffer(stuckBytes) // or thousands who do not read would fill the system's memory
			return ctx
		},
	}
	served := make(chan error, 1)
	go func() { served <- web.Serve(listener) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Shutdown(ctx, socket.CodeGoingAway, ""); err != nil {
			t.Errorf("Shutdown: %v", err)
		}
		_ = web.Close()
		if err := <-served; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serving: %v", err)
		}
	})
}

func (s *stress) upgrade(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.ParseUint(r.URL.Query().Get("line"), 10, 64)
	found, ok := s.lines.LoadAndDelete(number)
	if !ok {
		s.problem("a request for line %q", r.URL.RawQuery)
		return
	}
	l := found.(*line)
	l.accepted = time.Now()
	if err := s.Upgrade(w, r, l); err != nil {
		l.OnClose(socket.CodeAbnormal, err.Error()) // the peer did not wait for the answer
	}
}

func (s *stress) stopped() bool {
	select {
	case <-s.stop:
		return true
	default:
		return false
	}
}

// pause waits, unless the line ends or the test does.
func (s *stress) pause(d time.Duration, l *line) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-l.closed:
	case <-s.stop:
	}
}

func (s *stress) problem(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.problems = append(s.problems, fmt.Sprintf(format, args...))
}

func (s *stress) report(t *testing.T) {
	t.Logf("honest: %d messages came back, %d comebacks, ends by code: %v", s.messages.Load(), s.comebacks.Load(), s.closed)
	all := 0
	var habits strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s.met)) {
		all += s.met[name]
		fmt.Fprintf(&habits, "\n%8d %-24s gone at the latest %v after the deadline", s.met[name], name, s.worst[name].Round(time.Millisecond))
	}
	t.Logf("hostile: %d connections%s", all, habits.String())
	for _, p := range s.problems[:min(len(s.problems), 20)] {
		t.Error(p)
	}
	if n := len(s.problems); n > 20 {
		t.Errorf("and %d problems more", n-20)
	}
}

// openDescriptors counts the process's sockets and epoll instances, where the system can tell.
func openDescriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	n := 0
	for _, e := range entries {
		to, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err == nil && (strings.HasPrefix(to, "socket:") || strings.Contains(to, "eventpoll")) {
			n++
		}
	}
	return n
}
