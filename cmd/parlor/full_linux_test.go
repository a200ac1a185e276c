package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/internal/testprogram"
)

var (
	diskMiB = flag.Int64("disk", 256, "size of the disk that is filled, in MiB")
	fills   = flag.Int("fills", 2, "how often the disk is filled at a stroke")
)

const (
	// answered is how long the answer to a message may take (G11, G12): the commit deadline, and half a second for a machine that is busy.
	answered = 3500 * time.Millisecond
	// resumes is how soon messages are taken again when there is space (G11).
	resumes = 5 * time.Second
)

// TestFullDisk fills a real small disk while 50 clients write (GUARANTEES, T4, G12): first they do it themselves, then somebody else takes all the
// rest at a stroke. Every message gets an answer, none that was acknowledged is lost, reading and deleting go on, health says why, and with space
// again messages are taken by themselves. A start on the full disk refuses and says what to do.
func TestFullDisk(t *testing.T) {
	onSmallDisk(t, *diskMiB<<20, func(t *testing.T, disk smallDisk) {
		t.Logf("seed %d", *seed)
		f := &filling{t: t, disk: disk, random: rand.New(rand.NewPCG(*seed, 1<<33)), listen: testprogram.FreePort(t), data: disk.path("data")}
		f.run()
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("the program logged:\n%s", f.p.Log())
			}
		})
		f.spoken = f.conversation("to be deleted")
		f.crowd = start(t, talkers, f.p.Server(), f.p.Ready.Website, func(v *talker) { v.body, v.pause = long(v.name), 20*time.Millisecond })
		disk.take("others", *diskMiB<<20/2)
		f.writtenFull()
		disk.giveBack("others")
		resumed := f.resumed("after the disk had been written full")
		for range *fills {
			resumed = max(resumed, f.stroke())
		}
		disk.takeAll("others")
		f.restartOnFullDisk()
		f.crowd.end()
		f.crowd.check(t, f.p.Server())
		sum := f.crowd.tally()
		if sum.slowest > answered {
			t.Errorf("one message was answered after %v", sum.slowest)
		}
		if sum.unavailable == 0 || sum.acked < 10*talkers {
			t.Errorf("only %+v: that proves little", sum)
		}
		figure.Note(t, "G12 G11", "a disk of %d MiB filled %d times under %d clients: %d messages acknowledged, 0 lost; %d refused; the slowest answer "+
			"after %v; messages are taken %v after there is space again at the latest", *diskMiB, 2+*fills, talkers, sum.acked, sum.unavailable,
			sum.slowest.Round(time.Millisecond), resumed.Round(time.Millisecond))
	})
}

// filling is a program whose disk is filled.
type filling struct {
	t      *testing.T
	disk   smallDisk
	random *rand.Rand
	listen string
	data   string
	p      *testprogram.Process
	crowd  *crowd
	// spoken is a conversation that is there before the disk is full, and cookie the agent's.
	spoken string
	cookie string
}

func (f *filling) run() {
	f.t.Helper()
	f.p = program.Demo(f.t, f.data, f.listen, "--set", "limits.messages_per_second=0")
	if f.cookie == "" {
		cookie, err := f.p.Server().Login(f.t.Context(), f.p.Ready.Agent.Email, f.p.Ready.Agent.Password)
		if err != nil {
			f.t.Fatal(err)
		}
		f.cookie = cookie
	}
}

// conversation makes one with a message, and returns its session.
func (f *filling) conversation(text string) string {
	f.t.Helper()
	v, err := f.p.Server().Visit(f.t.Context(), f.p.Ready.Website, nil, testclient.Header{})
	if err != nil {
		f.t.Fatal(err)
	}
	defer v.Close()
	if _, err := v.Say(text); err != nil {
		f.t.Fatal(err)
	}
	return v.Welcome.Session
}

// writtenFull waits until messages are refused, and looks at what still works.
func (f *filling) writtenFull() {
	t := f.t
	eventually(t, "the disk is written full", 3*time.Minute, func() bool { return f.crowd.tally().unavailable >= talkers })
	if status, body := get(t, f.p.Ready.Admin+"/readyz"); status != 503 || !strings.Contains(body, "nearly full") {
		t.Errorf("/readyz says %d, %q", status, body)
	}
	a, err := f.p.Server().Work(t.Context(), f.cookie)
	if err != nil {
		t.Fatalf("an agent cannot come: %v", err)
	}
	defer a.Close()
	opened, err := a.Open(f.p.Ready.Website, f.spoken)
	if err != nil || opened.T != "opened" {
		t.Fatalf("reading on a full disk: %s, %v", opened.Raw, err)
	}
	if snapshot, err := a.Expect("history"); err != nil || len(snapshot.Messages) != 1 {
		t.Errorf("reading on a full disk: %s, %v", snapshot.Raw, err)
	}
	gone, err := a.Ask(map[string]any{"t": "delete", "website": f.p.Ready.Website, "session": f.spoken})
	if err != nil || gone.T == "error" {
		t.Errorf("deleting on a full disk: %s, %v", gone.Raw, err)
	}
	t.Logf("written full: %+v, %d bytes free", f.crowd.tally(), f.disk.free())
}

// resumed waits until everybody is acknowledged something again, without a restart.
func (f *filling) resumed(when string) time.Duration {
	f.t.Helper()
	now := time.Now()
	took := eventually(f.t, "messages are taken again, "+when, 4*resumes, func() bool { return f.crowd.since(now) == talkers })
	if took > resumes {
		f.t.Errorf("%s, messages were taken again only after %v", when, took)
	}
	if status, body := get(f.t, f.p.Ready.Admin+"/readyz"); status != 200 {
		f.t.Errorf("/readyz says %d, %q, with space", status, body)
	}
	return took
}

// stroke takes all that is left of the disk at once, faster than anybody looks, and gives it back after a while.
func (f *filling) stroke() time.Duration {
	before := f.crowd.tally()
	f.disk.takeAll("others")
	hold := 4*time.Second + time.Duration(f.random.IntN(4000))*time.Millisecond
	for until := time.Now().Add(hold); time.Now().Before(until); {
		if f.disk.free() > 0 { // what the program removes, such as logs that it has written to tables
			f.disk.takeAll(fmt.Sprint("more-", f.random.Uint64()))
		}
		<-time.After(20 * time.Millisecond)
	}
	after := f.crowd.tally()
	f.t.Logf("full for %v: %d acknowledged, %d refused", hold, after.acked-before.acked, after.unavailable-before.unavailable)
	if after.unavailable == before.unavailable {
		f.t.Error("the disk was full, and nobody was refused")
	}
	if status, _ := get(f.t, f.p.Ready.Admin+"/readyz"); status != 503 {
		f.t.Errorf("/readyz says %d on a full disk", status)
	}
	f.giveAllBack()
	return f.resumed("after the disk had been full")
}

func (f *filling) giveAllBack() {
	paths, err := filepath.Glob(f.disk.path("*"))
	if err != nil {
		f.t.Fatal(err)
	}
	for _, path := range paths {
		if name := filepath.Base(path); name != "data" {
			f.disk.giveBack(name)
		}
	}
}

// restartOnFullDisk kills the program and starts it where there is no room.
func (f *filling) restartOnFullDisk() {
	t := f.t
	f.p.Kill()
	f.disk.takeAll("more")
	began := time.Now()
	code, _, log := parlor(t, "serve", "--data", f.data, "--listen", f.listen, "--admin-listen", "127.0.0.1:0")
	if took := time.Since(began); code != 1 || !strings.Contains(log, "make room") || !strings.Contains(log, f.data) || took > 10*time.Second {
		t.Errorf("a start on a full disk: exit code %d after %v:\n%s", code, took, log)
	}
	f.giveAllBack()
	f.run()
	f.resumed("after a start on a full disk was refused")
}
