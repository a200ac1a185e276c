package engine_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/parlor-chat/parlor/accounts"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/engine"
	"github.com/parlor-chat/parlor/engine/handover"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/history"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/memstore"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

var (
	simSeeds = flag.Uint64("seeds", 10, "how many simulations of each kind to run")
	simSeed  = flag.Uint64("seed", 0, "the one simulation to run, or where the cuts come from; 0: all, or others each time")
	simTrace = flag.Bool("trace", false, "print what the clients of a failed simulation saw")
)

// TestSimulation lets a seed decide what visitors and agents do on a node that is restarted and whose store fails, and judges what they saw
// (package history). All decisions follow from the seed; how goroutines take turns within one virtual moment does not.
func TestSimulation(t *testing.T) {
	runSimulations(t, "G2 G3 G4 G5 G7 G8 P12", func(t *testing.T, seed uint64) *sim { return newSim(t, seed, memstore.New(), nil) })
}

// TestSimulationWithPowerLoss does so on Pebble, on a disk that loses what was not synced (GUARANTEES, T1).
func TestSimulationWithPowerLoss(t *testing.T) {
	runSimulations(t, "G1 G2 G3 G4 G5 G7 G8 P12", func(t *testing.T, seed uint64) *sim {
		disk := vfs.NewCrashableMem()
		return newSim(t, seed, openPebble(t, disk), disk)
	})
}

// TestSimulationBites runs the same on a disk that says that the log is synced and does not do it. If nobody misses anything then, the
// tests above prove nothing.
func TestSimulationBites(t *testing.T) {
	var missed, unordered bool
	for seed := range uint64(40) {
		var s *sim
		synctest.Test(t, func(t *testing.T) {
			disk := vfs.NewCrashableMem()
			s = newSim(t, seed, openPebble(t, liar{disk}), disk)
			s.lies = true
			s.live()
		})
		missed = missed || strings.Contains(strings.Join(s.problems, "\n"), "was acknowledged")
		if !unordered {
			found, _ := history.Search(s.events, searchLimit)
			unordered = len(found) > 0
		}
		if missed && unordered {
			return
		}
	}
	t.Fatalf("forty power losses on a disk that does not sync: the log's judge missed something %v, porcupine %v", missed, unordered)
}

// searchLimit is how long the search for an order of one log's operations may take. It takes milliseconds.
const searchLimit = 10 * time.Second

func runSimulations(t *testing.T, guarantees string, create func(*testing.T, uint64) *sim) {
	var seen tally
	t.Cleanup(func() { figure.Note(t, guarantees, "%s: no promise broken", &seen) }) // when all of them have ended
	first, last := uint64(1), *simSeeds
	if *simSeed != 0 {
		first, last = *simSeed, *simSeed
	}
	for seed := first; seed <= last; seed++ {
		t.Run(fmt.Sprint("seed=", seed), func(t *testing.T) {
			t.Parallel()
			var s *sim
			synctest.Test(t, func(t *testing.T) {
				s = create(t, seed)
				s.live()
				s.report()
			})
			problems, found := history.Search(s.events, searchLimit)
			for _, problem := range problems {
				t.Errorf("%s\nrun it again with -args -seed=%d", problem, seed)
			}
			seen.add(s.events, found)
		})
	}
}

// tally counts what simulations did.
type tally struct {
	mu                                                         sync.Mutex
	seeds, sent, acked, refused, joins, resumes, shown, marked int
	found                                                      history.Found
}

func (c *tally) add(events []history.Event, found history.Found) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seeds++
	c.found = c.found.Plus(found)
	for _, e := range events {
		switch e := e.(type) {
		case history.Sent:
			c.sent++
		case history.Acked:
			c.acked++
		case history.Refused:
			c.refused++
		case history.Joined:
			c.joins++
			if e.Resumed {
				c.resumes++
			}
		case history.Shown:
			c.shown++
		case history.Marked:
			c.marked++
		}
	}
}

func (c *tally) String() string {
	return fmt.Sprintf("%d simulations: %d messages sent, %d acknowledged, %d refused, %d shown; %d joins, %d of them resumed; %d marks; porcupine "+
		"ordered %d logs of %d operations together, and had no time for %d",
		c.seeds, c.sent, c.acked, c.refused, c.shown, c.joins, c.resumes, c.marked, c.found.Logs, c.found.Operations, c.found.Cut)
}

func openPebble(t *testing.T, fs vfs.FS) persistence.Store {
	t.Helper()
	s, err := pebblestore.Open(pebblestore.Options{Dir: "/data", FS: fs, Logger: quietLog()})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return s
}

// sim is one simulation. One goroutine decides, sends, and writes down what came.
type sim struct {
	t      *testing.T
	seed   uint64
	random *rand.Rand
	w      *world
	store  *moody
	disk   *vfs.MemFS // nil when the store survives everything
	lies   bool

	people  []*person
	desks   []*desk
	cookie  string
	conns   int
	sayings int

	events   []history.Event
	problems []string
	// Of sessions: which are known, which somebody wrote in, which an agent deleted, and what was acknowledged.
	sessions, spoken, deleted map[string]bool
	kept                      map[string][]utterance
	consents                  consents
	// erased are deletions that were acknowledged since all that had come was last written down.
	erased []string
	// calmSince is when the store became calm; zero: it is not.
	calmSince time.Time
	// began is since when nothing in memory was lost: temporary sessions outlive a planned restart where there is a tmpfs.
	began time.Time
}

// person is a visitor with a browser. All tabs share the cookie.
type person struct {
	*sim
	token, session string
	tabs           []*line
	said           []utterance
	// ids are the sessions that there were.
	ids []string
	// before are places that the person's pages remember, some of them long out of date.
	before []standing
	gone   time.Time
}

// desk is an agent's browser.
type desk struct {
	*sim
	line *line
	said []utterance
	// before are the places where earlier connections stood.
	before map[string]standing
}

const (
	simSteps  = 120
	simPeople = 3
	simDesks  = 2
	// settled is how long a calm store needs until everything that waited for it in a storm is answered: 64 commands, 3 s each.
	settled = 4 * time.Minute
)

func newSim(t *testing.T, seed uint64, store persistence.Store, disk *vfs.MemFS) *sim {
	s := &sim{
		t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 1)), store: newMoody(store, seed), disk: disk,
		sessions: make(map[string]bool), spoken: make(map[string]bool), deleted: make(map[string]bool), kept: make(map[string][]utterance),
		consents: consents{make(map[string]int), make(map[string]bool)},
	}
	s.w = &world{t: t, config: engine.Default(), store: &keptStore{Store: s.store}}
	s.w.config.HTTP.PublicURLs = []string{nodeURL}
	s.w.config.Handover.Dir = memoryDir(t)
	s.w.start()
	s.began, s.calmSince = time.Now(), time.Now()
	after := 5 * time.Second
	site := engine.NewWebsite("Shop")
	site.Origins = []string{"http://www.site.test"}
	site.Triggers = []chat.Trigger{{Name: "hello", After: &after, Message: "Hello?"}, {Name: "help", Message: "Need a hand?"}}
	s.w.website = s.w.put(site)
	agent, err := s.w.node.Operator().PutAgent(t.Context(), chat.Agent{Name: "Ada", Email: agentEmail, Websites: []chat.WebsiteID{s.w.website.ID}})
	s.w.must(err)
	// A login as if with a password, whose hash would take longer than the whole simulation.
	secret := sha256.Sum256([]byte("the simulation's login"))
	s.w.must(store.PutLogin(t.Context(), sha256.Sum256(secret[:]), persistence.Login{Agent: agent.ID, ExpiresAt: time.Now().Add(accounts.LoginLife)}))
	s.cookie = "__Host-parlor-agent=" + base64.RawURLEncoding.EncodeToString(secret[:])
	for range simPeople {
		s.people = append(s.people, &person{sim: s})
	}
	for range simDesks {
		s.desks = append(s.desks, &desk{sim: s, before: make(map[string]standing)})
	}
	return s
}

func (s *sim) note(events ...history.Event) { s.events = append(s.events, events...) }

func (s *sim) problem(format string, args ...any) {
	s.problems = append(s.problems, fmt.Sprintf(format, args...))
}

// live lets everything happen, to the end.
func (s *sim) live() {
	for range simSteps {
		s.step()
		switch n := s.random.IntN(10); {
		case n < 3: // at once, before anything of the last step has come back
		case n < 9:
			s.pass(time.Duration(s.random.IntN(200)) * time.Millisecond)
		default:
			s.pass(time.Duration(s.random.IntN(4000)) * time.Millisecond)
		}
	}
	s.end()
}

// end waits until all is quiet, and judges.
func (s *sim) end() {
	s.turn(calm)
	s.pass(settled)
	s.store.late.Wait()
	s.visitAgain()
	s.pass(time.Second)
	s.everybodyLeaves()
	s.w.stop()
	s.readAll()
	s.w.must(s.store.Store.Close())
	time.Sleep(2 * time.Minute) // timers of libraries end by themselves
	s.problems = append(s.problems, history.Check(s.events)...)
}

func (s *sim) report() {
	if len(s.problems) == 0 {
		return
	}
	if *simTrace {
		for i, e := range s.events {
			s.t.Logf("%d: %T %+v", i, e, e)
		}
	}
	s.t.Errorf("%s\nrun it again with -args -seed=%d", strings.Join(s.problems, "\n"), s.seed)
}

// pass lets time pass, and writes down what came meanwhile.
func (s *sim) pass(d time.Duration) {
	time.Sleep(d)
	s.drain()
}

func (s *sim) drain() {
	synctest.Wait()
	for _, p := range s.people {
		p.tabs = slices.DeleteFunc(p.tabs, func(l *line) bool { return !p.drain(l) })
	}
	for _, d := range s.desks {
		if d.line != nil && !d.drain() {
			d.line = nil
		}
	}
	for _, session := range s.erased { // now, since acknowledgments that came before it are written down
		s.note(history.Erased{Log: session}, history.Erased{Log: notesOf(session)})
	}
	s.erased = nil
}

// turn changes the weather.
func (s *sim) turn(w weather) {
	switch {
	case w != calm:
		s.calmSince = time.Time{}
	case s.calmSince.IsZero():
		s.calmSince = time.Now()
	}
	s.store.set(w)
}

// step lets somebody do something.
func (s *sim) step() {
	p, d := s.people[s.random.IntN(len(s.people))], s.desks[s.random.IntN(len(s.desks))]
	switch n := s.random.IntN(1000); {
	case n < 650:
		p.act()
	case n < 930:
		d.act()
	case n < 970:
		s.turn([]weather{calm, rough, storm}[s.random.IntN(3)])
	case n < 985:
		s.silence()
	case s.disk != nil && n < 993:
		s.powerLoss()
	default:
		s.restart()
	}
}

// silence is long enough to passivate what is permanent, and sometimes to end what is not.
func (s *sim) silence() {
	s.everybodyLeaves()
	s.pass([]time.Duration{time.Minute, 29 * time.Minute, 31 * time.Minute, 10 * time.Hour}[s.random.IntN(4)])
}

func (s *sim) everybodyLeaves() {
	for _, p := range s.people {
		for _, l := range p.tabs {
			p.hangUp(l)
		}
		p.tabs = nil
	}
	for _, d := range s.desks {
		if d.line != nil {
			d.hangUp()
		}
	}
}

// restart stops the node and starts it again on the same store. A node that is told to stop while its store fails may not be able to write
// what it holds, and says so; nothing acknowledged is among it.
func (s *sim) restart() {
	s.w.network.hangUp()
	err := s.w.node.Stop(s.t.Context())
	s.drain()
	s.turn(calm)
	s.w.start()
	if err != nil || s.w.config.Handover.Dir == "off" {
		s.began = time.Now()
	}
}

// memoryDir is a directory in memory, for handover.dir; off where there is none.
func memoryDir(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "parlor-test-")
	if err != nil {
		return "off"
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if handover.CheckDir(dir) != nil {
		return "off"
	}
	return dir
}

// powerLoss starts a node on what the disk holds at this moment. What the clients have got by now must be there.
func (s *sim) powerLoss() {
	s.drain()
	disk := s.disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: s.random.IntN(2) * 50, RNG: s.random})
	for _, p := range s.people {
		for _, l := range p.tabs {
			p.cut(l)
		}
		p.tabs = nil
	}
	for _, d := range s.desks {
		if d.line != nil {
			d.cut()
		}
	}
	s.w.network.hangUp()
	_ = s.w.node.Stop(s.t.Context()) // it lost its power: whatever it says is not heard, and memory is empty
	if dir := s.w.config.Handover.Dir; dir != "off" {
		s.w.must(os.RemoveAll(dir))
		s.w.must(os.Mkdir(dir, 0o700))
	}
	s.turn(calm)
	s.store.late.Wait()
	s.w.must(s.store.Store.Close())
	var fs vfs.FS = disk
	if s.lies {
		fs = liar{disk}
	}
	s.disk, s.store = disk, newMoody(openPebble(s.t, fs), s.random.Uint64())
	s.w.store = &keptStore{Store: s.store}
	s.w.start()
	s.began = time.Now()
}

// visitAgain makes everybody read all that there is.
func (s *sim) visitAgain() {
	for _, p := range s.people {
		if p.session == "" {
			continue
		}
		for _, resume := range p.before {
			if resume.seq == 0 {
				p.open(&resume)
				break
			}
		}
		p.open(nil)
	}
}

// readAll reads from the store what must be there in the end.
func (s *sim) readAll() {
	for _, name := range slices.Sorted(maps.Keys(s.sessions)) {
		id, err := chat.ParseSessionID(name)
		s.w.must(err)
		ctx, site := s.t.Context(), s.w.website.ID
		record, err := s.store.Store.Load(ctx, site, id)
		switch {
		case errors.Is(err, persistence.ErrErased):
			if !s.deleted[name] {
				s.problem("%s is erased, and nobody asked for it", name)
			}
			s.note(history.Erased{Log: name}, history.Erased{Log: notesOf(name)})
			continue
		case errors.Is(err, persistence.ErrNotFound):
			continue
		}
		s.w.must(err)
		messages, notes, err := storedOf(ctx, s.store.Store, site, id)
		s.w.must(err)
		entries, err := s.store.Store.Notes(ctx, site, id, persistence.NotePage{})
		s.w.must(err)
		s.judgeConsent(name, &record.Visitor, entries)
		h := record.Head
		s.note(history.Kept{
			Log: name, Messages: messages, Read: history.Marks(h.Read), Delivered: history.Marks(h.Delivered),
			Unread: history.Marks{Visitor: uint64(h.Unread.Visitor), Agent: uint64(h.Unread.Agent)},
		}, history.Kept{Log: notesOf(name), Messages: notes})
	}
}

// storedOf reads both logs of a session from the store.
func storedOf(ctx context.Context, store persistence.Store, site chat.WebsiteID, id chat.SessionID) (messages, notes []history.Message, err error) {
	for before, more := uint64(0), true; more; before = messages[0].Seq {
		var entries []persistence.Entry
		if entries, more, err = store.Messages(ctx, site, id, persistence.Page{Before: before}); err != nil {
			return nil, nil, err
		}
		messages = append(messagesOf(id.String(), entries), messages...)
	}
	entries, err := store.Notes(ctx, site, id, persistence.NotePage{})
	return messages, messagesOf(id.String(), entries), err
}

func messagesOf(session string, entries []persistence.Entry) (all []history.Message) {
	for _, e := range entries {
		_, m := messageOf(session, frameOf(e.Frame))
		if m.Seq != e.Seq {
			m = history.Message{Seq: e.Seq, Sender: "a frame with another number than its entry", Body: string(e.Frame)}
		}
		all = append(all, m)
	}
	return all
}

// newUtterance is something that nobody said before.
func (s *sim) newUtterance(session, kind string) utterance {
	s.sayings++
	id := make([]byte, 16)
	for i := range id {
		id[i] = byte(s.random.Uint32())
	}
	return utterance{session, kind, hex.EncodeToString(id), fmt.Sprint(kind, " ", s.sayings)}
}

// repeat is something that was said before, with its own body or, seldom, with another.
func (s *sim) repeat(said []utterance) utterance {
	u := said[s.random.IntN(len(said))]
	if s.random.IntN(5) == 0 {
		u.body += " changed"
	}
	return u
}

// liar is a disk that claims to have synced the log.
type liar struct{ vfs.FS }

func (d liar) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	f, err := d.FS.Create(name, category)
	if err != nil || !strings.HasSuffix(name, ".log") {
		return f, err
	}
	return unsynced{f}, nil
}

type unsynced struct{ vfs.File }

func (unsynced) Sync() error                { return nil }
func (unsynced) SyncData() error            { return nil }
func (unsynced) SyncTo(int64) (bool, error) { return true, nil }
