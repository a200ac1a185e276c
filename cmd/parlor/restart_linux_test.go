package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/internal/testmemory"
	"github.com/parlor-chat/parlor/internal/testprogram"
	"github.com/parlor-chat/parlor/internal/testsystemd"
)

var restarts = flag.Int("restarts", 2, "how often the program is restarted under load")

const (
	// writers and guests are the visitors of the restart test: of the guests every second has its page open, and none of them writes.
	writers, guests = 60, 40
	// backWithin is the promise of G19.
	backWithin = 60 * time.Second
	// guestNeedle is in the address of every page that a guest opens.
	guestNeedle = "needle-4be1"
	// demoTrigger is one that runs when it is asked for.
	demoTrigger = "welcome"
)

// TestRestartUnderLoad restarts the program as systemd does, again and again under a hundred visitors (GUARANTEES, T13): what was acknowledged
// is there, once; who wrote nothing has the same session as before, in which no trigger fires twice; everybody comes back by themselves.
func TestRestartUnderLoad(t *testing.T) {
	t.Logf("seed %d, %d restarts", *seed, *restarts)
	random := rand.New(rand.NewPCG(*seed, 1<<33))
	unit := newUnit(t, "--set", "limits.messages_per_second=0")
	p := unit.start(t)
	c := start(t, writers, p.Server(), p.Ready.Website, func(v *talker) { v.polite, v.repeats, v.pause = true, 5, 20*time.Millisecond })
	all := make([]*guest, guests)
	for i := range all {
		all[i] = &guest{server: p.Server(), website: p.Ready.Website, random: rand.New(rand.NewPCG(*seed, 1<<34+uint64(i)))}
		all[i].arrive(t, i%4 != 3)
	}
	away := func() (those []*guest) {
		for i := 1; i < guests; i += 2 {
			those = append(those, all[i])
		}
		return those
	}()
	for _, g := range away {
		g.page.Close()
	}
	var slowest time.Duration
	began := time.Now()
	a := newAnnotator(t, p, away)
	for range *restarts {
		a.annotate(t, p.Server())
		await(t, backWithin, func() bool { return c.since(began) == writers })
		select { // traffic for a random while
		case <-time.After(time.Duration(100+random.IntN(400)) * time.Millisecond):
		case <-t.Context().Done():
		}
		began = time.Now()
		var back sync.WaitGroup
		for i := 0; i < guests; i += 2 {
			back.Go(func() { all[i].comeBack(t.Context()) })
		}
		if code := p.Signal(t, syscall.SIGTERM); code != 0 {
			t.Fatalf("exit code %d\n%s", code, p.Log())
		}
		unit.clean(t)
		p = unit.start(t)
		back.Wait()
		await(t, backWithin, func() bool { return c.since(began) == writers })
		slowest = max(slowest, time.Since(began))
		for _, g := range away {
			back.Go(func() {
				g.comeBack(t.Context())
				g.page.Close()
			})
		}
		back.Wait()
		for i, g := range all {
			if g.broken != nil {
				t.Fatalf("guest %d: %v\n%s", i, g.broken, p.Log())
			}
		}
		a.repeat(t, p.Server())
	}
	c.end()
	c.check(t, p.Server())
	for _, g := range all {
		g.write(t)
	}
	sum := c.tally()
	if sum.acked < *restarts*writers {
		t.Errorf("only %+v in %d restarts: that proves little", sum, *restarts)
	}
	figure.Note(t, "G19", "%d restarts under %d visitors, %d messages acknowledged: 0 lost, 0 twice; everybody back within %v",
		*restarts, writers+guests, sum.acked, slowest.Round(10*time.Millisecond))
	figure.Note(t, "P7 P12", "%d sessions without messages through %d restarts: all the same after each, no trigger fired twice, no note there twice",
		guests, *restarts)
}

// TestAKillLeavesNothing: sessions without messages end with a process that is killed, and nothing of them is anywhere.
func TestAKillLeavesNothing(t *testing.T) {
	unit := newUnit(t)
	p := unit.start(t)
	g := &guest{server: p.Server(), website: p.Ready.Website}
	g.arrive(t, true)
	p.Kill()
	unit.clean(t)
	if n := len(unit.systemd.Files()); n != 0 {
		t.Errorf("systemd keeps %d descriptors", n)
	}
	unit.start(t)
	g.comeBack(t.Context())
	if g.broken == nil {
		t.Error("the session is there")
	}
}

// unit is the program as a service of systemd.
type unit struct {
	systemd     *testsystemd.Manager
	dir, listen string
	args        []string
}

func newUnit(t *testing.T, args ...string) *unit {
	t.Helper()
	return &unit{testsystemd.Start(t, filepath.Join(t.TempDir(), "notify")), t.TempDir(), testprogram.FreePort(t), args}
}

// start starts the next process. What systemd kept for it is not kept any more when it is ready.
func (u *unit) start(t *testing.T) *testprogram.Process {
	t.Helper()
	files := u.systemd.Handed()
	p := program.Supervised(t, u.systemd.Environment(), files, u.dir, u.listen, append([]string{"--log-level", "info"}, u.args...)...)
	for _, f := range files {
		_ = f.Close()
	}
	if n := len(u.systemd.Files()); n != 0 {
		t.Errorf("systemd keeps %d descriptors still\n%s", n, p.Log())
	}
	return p
}

// clean checks that nothing of a guest is on the disk.
func (u *unit) clean(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(u.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if strings.Contains(string(data), guestNeedle) {
			t.Errorf("%s holds a page of a visitor who wrote nothing", d.Name())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// await waits for a condition.
func await(t *testing.T, most time.Duration, met func() bool) {
	t.Helper()
	end := time.After(most)
	for !met() {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-end:
			t.Fatalf("not after %v", most)
		}
	}
}

// guest is a visitor who writes nothing.
type guest struct {
	server  testclient.Server
	website string
	random  *rand.Rand
	page    *testclient.Visitor
	token   string
	epoch   string
	session string
	fired   bool
	broken  error
}

// arrive opens the first page; fire: the page runs a trigger at once.
func (g *guest) arrive(t *testing.T, fire bool) {
	t.Helper()
	if err := g.visit(t.Context(), testclient.Hello{}); err != nil {
		t.Fatal(err)
	}
	g.token, g.epoch, g.session = g.page.Welcome.Token, g.page.Welcome.Epoch, g.page.Welcome.Session
	if fire {
		g.fire()
	}
	if g.broken != nil {
		t.Fatal(g.broken)
	}
}

func (g *guest) visit(ctx context.Context, hello testclient.Hello) error {
	hello["page"] = map[string]string{"url": "https://www.example.com/" + guestNeedle}
	page, err := g.server.Visit(ctx, g.website, hello, testclient.Header{})
	if err == nil {
		g.page = page
	}
	return err
}

// fire runs the trigger, which posts when it is the first time.
func (g *guest) fire() {
	f, err := g.page.Ask(map[string]any{"t": "trigger", "name": demoTrigger})
	switch {
	case err != nil:
		g.broken = err
	case f.Fired == nil || *f.Fired == g.fired:
		g.broken = fmt.Errorf("the trigger, which had fired: %v, was answered with %s", g.fired, f.Raw)
	}
	g.fired = true
}

// comeBack waits for the end of the connection, comes back as a browser does, and sees whether it is where it was. A trigger that has not fired does so
// now.
func (g *guest) comeBack(ctx context.Context) {
	if code, err := g.page.Ended(); err != nil {
		g.broken = err
		return
	} else if code != 1012 && code != 1000 && code != 1006 {
		g.broken = fmt.Errorf("the connection was closed with %d", code)
		return
	}
	resume := map[string]any{"epoch": g.epoch, "seq": 0}
	if g.fired {
		resume["seq"] = 1
	}
	for gone := time.Now(); ; {
		if g.random != nil {
			select {
			case <-time.After(backoff(g.random, time.Since(gone))):
			case <-ctx.Done():
			}
		}
		err := g.visit(ctx, testclient.Hello{"token": g.token, "resume": resume})
		if err == nil {
			break
		}
		if time.Since(gone) > backWithin {
			g.broken = err
			return
		}
	}
	w := g.page.Welcome
	listed := slices.ContainsFunc(w.Triggers, func(t testclient.Trigger) bool { return t.Name == demoTrigger })
	if w.Token != "" || w.Session != g.session || w.Resume != "ok" || listed == g.fired {
		g.broken = errors.New("another session, or not as it was")
		return
	}
	g.fire()
}

// annotator is an agent who writes notes about guests, which nobody else sees and which begin no conversation.
type annotator struct {
	about           []*guest
	website, cookie string
	// ids are those of the last notes, one for each guest; each guest has so many.
	ids   []string
	notes uint64
}

func newAnnotator(t *testing.T, p *testprogram.Process, about []*guest) *annotator {
	t.Helper()
	cookie, err := p.Server().Login(t.Context(), p.Ready.Agent.Email, p.Ready.Agent.Password)
	if err != nil {
		t.Fatal(err)
	}
	return &annotator{about: about, website: p.Ready.Website, cookie: cookie, ids: make([]string, len(about))}
}

// annotate writes another note about each guest.
func (a *annotator) annotate(t *testing.T, s testclient.Server) {
	t.Helper()
	for i := range a.ids {
		a.ids[i] = testclient.NewID()
	}
	a.notes++
	a.repeat(t, s)
}

// repeat sends the last notes again, as one does who does not know whether they arrived: each is there once, in its place.
func (a *annotator) repeat(t *testing.T, s testclient.Server) {
	t.Helper()
	agent, err := s.Work(t.Context(), a.cookie)
	if err != nil {
		t.Fatal(err)
	}
	defer agent.Close()
	for i, g := range a.about {
		f, err := agent.Ask(map[string]any{
			"t": "note", "website": a.website, "session": g.session, "id": a.ids[i], "text": fmt.Sprint("note ", a.notes),
		})
		if err != nil || f.T != "ack" || f.Seq != a.notes {
			t.Errorf("note %d was answered with %s, %v", a.notes, f.Raw, err)
		}
	}
}

// write begins the conversation, in which the trigger's message is the first, once.
func (g *guest) write(t *testing.T) {
	t.Helper()
	if err := g.visit(t.Context(), testclient.Hello{"token": g.token}); err != nil {
		t.Fatal(err)
	}
	defer g.page.Close()
	if ack, err := g.page.Say("Hello?"); err != nil || ack.Seq != 2 {
		t.Errorf("the first message of a guest is number %d, %v", ack.Seq, err)
	}
}

// TestAFileInMemoryIsHandedOver: where there is no systemd, through a directory on a tmpfs, which is empty again afterwards.
func TestAFileInMemoryIsHandedOver(t *testing.T) {
	memory := testmemory.Dir(t)
	left := func() int {
		list, err := os.ReadDir(memory)
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	dir, listen := t.TempDir(), testprogram.FreePort(t)
	begin := func() *testprogram.Process { return program.Demo(t, dir, listen, "--set", "handover.dir="+memory) }
	p := begin()
	g := &guest{server: p.Server(), website: p.Ready.Website}
	g.arrive(t, true)
	for range 3 {
		if code := p.Interrupt(t); code != 0 || left() != 1 {
			t.Fatalf("exit code %d, %d files\n%s", code, left(), p.Log())
		}
		p = begin()
		if left() != 0 {
			t.Error("the file is there after it was taken")
		}
		if g.comeBack(t.Context()); g.broken != nil {
			t.Fatal(g.broken)
		}
	}
	p.Kill()
	if left() != 0 {
		t.Error("a process that was killed left a file")
	}
}

// TestWhereNothingCanBeHandedOver: a directory on a disk is refused at the start, and without any place the log says what to do.
func TestWhereNothingCanBeHandedOver(t *testing.T) {
	dir, listen := t.TempDir(), testprogram.FreePort(t)
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, no := range []string{here, filepath.Join(dir, "missing")} {
		code, _, log := parlor(t, "serve", "--data", dir, "--listen", listen, "--admin-listen", "127.0.0.1:0", "--set", "handover.dir="+no)
		if code != 1 || !strings.Contains(log, "handover.dir") || !strings.Contains(log, no) {
			t.Errorf("exit code %d: %s", code, log)
		}
	}
	p := program.Demo(t, dir, listen, "--log-level", "info")
	g := &guest{server: p.Server(), website: p.Ready.Website}
	g.arrive(t, true)
	if code := p.Interrupt(t); code != 0 || !strings.Contains(p.Log(), "FileDescriptorStoreMax") {
		t.Errorf("exit code %d\n%s", code, p.Log())
	}
}
