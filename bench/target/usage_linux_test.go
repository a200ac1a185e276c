package target

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"time"
)

// TestUsageOfThisProcess measures itself: it takes memory and time, and is seen to.
func TestUsageOfThisProcess(t *testing.T) {
	p := &Process{cmd: &exec.Cmd{Process: &os.Process{Pid: os.Getpid()}}}
	before, err := p.ResidentBytes()
	if err != nil {
		t.Fatal(err)
	}
	kept := bytes.Repeat([]byte{1}, 64<<20)
	after, err := p.ResidentBytes()
	if grown := after - before; err != nil || grown < 48<<20 || grown > 400<<20 { // the race detector keeps up to five times as much beside it
		t.Errorf("64 MiB more are %d bytes, %v", grown, err)
	}
	runtime.KeepAlive(kept)

	spent, err := p.CPU()
	if err != nil {
		t.Fatal(err)
	}
	for began, sum := time.Now(), 0; time.Since(began) < 200*time.Millisecond; sum++ { // work, not sleep
		kept[sum%len(kept)]++
	}
	more, err := p.CPU()
	if took := more - spent; err != nil || took < 2*clockTick || took > 2*time.Second {
		t.Errorf("a fifth of a second of work is %v, %v", took, err)
	}
}

func TestUsageOfNoProcess(t *testing.T) {
	p := &Process{cmd: &exec.Cmd{Process: &os.Process{Pid: 1 << 30}}}
	if _, err := p.ResidentBytes(); err == nil {
		t.Error("it has memory")
	}
	if _, err := p.CPU(); err == nil {
		t.Error("it has spent time")
	}
}
