package engine_test

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/engine"
	"github.com/parlor-chat/parlor/internal/cutter"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

var resumes = flag.Int64("resumes", 1000, "how often clients whose connections are cut come back")

const (
	// atOnce is how many conversations are under way, resumesEach how often their people come back until the next one begins.
	atOnce, resumesEach = 32, 300
	// inDoubt is after how much silence a client takes its connection for lost. Nobody is silent for so long here.
	inDoubt = time.Second
	// rushPatience is how long anything may take.
	rushPatience = time.Minute
)

// rush is a node on a real disk behind a proxy that cuts every connection at a byte that the seed decides.
type rush struct {
	t       *testing.T
	seed    uint64
	goal    int64
	store   persistence.Store
	node    *engine.Node
	proxy   *cutter.Proxy
	direct  string
	website chat.WebsiteID
	cookie  string
	agent   string
	// dialed are connections; how they joined; what became of messages.
	dialed, resumed, reset, anew atomic.Int64
	acked, again, shown          atomic.Int64
}

// TestResumeThroughCuts is T7: visitors and agents talk through a proxy that cuts each of their connections at some byte, in either direction,
// politely, by a reset, or so that one side or both do not notice. They come back and name what they have, and every log that they saw
// (package history) must be without a gap and without a repeat (G5).
func TestResumeThroughCuts(t *testing.T) {
	s := newRush(t, *resumes, func(s persistence.Store) persistence.Store { return s })
	began := time.Now()
	for _, problem := range s.run() {
		t.Error(problem)
	}
	took := time.Since(began)
	cuts := s.proxy.Cuts(cutter.Close) + s.proxy.Cuts(cutter.Reset) + s.proxy.Cuts(cutter.Vanish) + s.proxy.Cuts(cutter.Silence)
	t.Logf("%d connections in %v, %.0f resumes a second; %d joined without a place", s.dialed.Load(), took, float64(s.resumed.Load())/took.Seconds(), s.anew.Load())
	if s.reset.Load() == 0 || s.again.Load() == 0 || cuts < *resumes/2 {
		t.Error("nobody was reset, nothing was sent again, or hardly anybody was cut: that proves little")
	}
	figure.Note(t, "G5", "%d resumes by clients whose connections were cut at any byte, %d of them half-open: 0 gaps, 0 repeats among %d messages shown; "+
		"%d resets, each with a snapshot", s.resumed.Load(), s.proxy.Cuts(cutter.Vanish)+s.proxy.Cuts(cutter.Silence), s.shown.Load(), s.reset.Load())
	figure.Note(t, "G2 G3 G4 G7 G8", "%d acknowledgments through %d connections that were cut, %d messages sent again: 0 lost, 0 twice, one order, no mark fell",
		s.acked.Load(), cuts, s.again.Load())
}

// TestResumeThroughCutsBites does so on a store that sometimes leaves out a message of what was missed. If nobody misses it then, the test above
// proves nothing.
func TestResumeThroughCutsBites(t *testing.T) {
	s := newRush(t, 500, func(s persistence.Store) persistence.Store { return leaky{s} })
	if problems := strings.Join(s.run(), "\n"); !strings.Contains(problems, "a hole") {
		t.Errorf("a store that leaves messages out, and nobody misses any:\n%s", problems)
	}
}

// leaky leaves out the first of what a client missed, where there are several.
type leaky struct{ persistence.Store }

func (l leaky) Messages(
	ctx context.Context, website chat.WebsiteID, id chat.SessionID, p persistence.Page,
) ([]persistence.Entry, bool, error) {
	entries, more, err := l.Store.Messages(ctx, website, id, p)
	if p.After > 0 && len(entries) > 3 {
		entries = entries[1:]
	}
	return entries, more, err
}

// run returns what was wrong with the conversations of a rush, which ends with the first that something was wrong with.
func (s *rush) run() []string {
	var talks sync.WaitGroup
	var mu sync.Mutex
	var problems []string
	var failed atomic.Bool
	for worker := range uint64(atOnce) {
		talks.Go(func() {
			for n := worker; s.resumed.Load() < s.goal && !failed.Load(); n += atOnce {
				found := s.newTalk(n).live()
				if len(found) == 0 {
					continue
				}
				failed.Store(true)
				mu.Lock()
				problems = append(problems, fmt.Sprintf("seed %d, talk %d:\n%s", s.seed, n, strings.Join(found[:min(len(found), 10)], "\n")))
				mu.Unlock()
			}
		})
	}
	talks.Wait()
	return problems
}

// ways are four politely, four by a reset, three unnoticed by the node, and now and then by nobody: of that a client has to be in doubt first.
var ways = slices.Concat(
	slices.Repeat([]cutter.Way{cutter.Close, cutter.Reset}, 8), slices.Repeat([]cutter.Way{cutter.Vanish}, 6), []cutter.Way{cutter.Silence},
)

func newRush(t *testing.T, goal int64, through func(persistence.Store) persistence.Store) *rush {
	t.Helper()
	s := &rush{t: t, goal: goal, seed: *simSeed}
	if s.seed == 0 {
		s.seed = rand.Uint64()
	}
	t.Logf("-seed=%d", s.seed)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	s.must(err)
	s.direct = l.Addr().String()
	s.proxy, err = cutter.Listen(s.direct, cutter.Plan{Up: 1500, Down: 4000, Ways: ways, Hold: 2 * time.Second, Seed: s.seed})
	s.must(err)
	s.store, err = pebblestore.Open(pebblestore.Options{Dir: t.TempDir(), Logger: quietLog()})
	s.must(err)
	c := engine.Default()
	c.Demo, c.Admin.Listen = true, "127.0.0.1:0"
	c.HTTP.PublicURLs = []string{"http://" + s.direct, "http://" + s.proxy.Addr()}
	c.Limits.SocketsPerAddress, c.Limits.SocketsPer24, c.Limits.MessagesPerSecond = 0, 0, 0
	s.node, err = engine.New(c, engine.Options{Listener: l, Store: through(s.store)})
	s.must(err)
	s.must(s.node.Start(t.Context()))
	transport := new(http.Transport)
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		s.proxy.Close()
		stop(t, s.node)
	})
	demo := s.node.Demo()
	s.website, s.agent = demo.Website, demo.Agent.String()
	s.cookie, err = testclient.Server{URL: "http://" + s.direct, HTTP: &http.Client{Transport: transport}}.Login(t.Context(), demo.Email, demo.Password)
	s.must(err)
	return s
}

func (s *rush) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}
