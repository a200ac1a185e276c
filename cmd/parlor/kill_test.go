package main

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testprogram"
)

var (
	rounds = flag.Int("rounds", 3, "how often the program is killed")
	seed   = flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of the tests that do harm")
)

// talkers is how many visitors write at the same time.
const talkers = 50

// TestKillLosesNothing kills the program during traffic, again and again on the same data (GUARANTEES, T2): what was acknowledged is there, once, in
// its place; what was not is there once or not at all (G1 to G5).
func TestKillLosesNothing(t *testing.T) {
	t.Logf("seed %d, %d rounds", *seed, *rounds)
	random := rand.New(rand.NewPCG(*seed, 1<<32))
	dir, listen := t.TempDir(), testprogram.FreePort(t)
	limits := []string{"--set", "limits.messages_per_second=0"}
	p := program.Demo(t, dir, listen, limits...)
	c := start(t, talkers, p.Server(), p.Ready.Website, func(v *talker) { v.repeats, v.conflicts = 10, 1 })
	var slowest time.Duration
	for range *rounds {
		select { // traffic for a random while
		case <-time.After(time.Duration(100+random.IntN(400)) * time.Millisecond):
		case <-t.Context().Done():
		}
		p.Kill()
		began := time.Now()
		p = program.Demo(t, dir, listen, limits...)
		slowest = max(slowest, time.Since(began))
	}
	c.end()
	found := c.check(t, p.Server())
	sum := c.tally()
	if sum.acked < *rounds*talkers || sum.again == 0 || sum.conflicted == 0 {
		t.Errorf("only %+v in %d rounds: that proves little", sum, *rounds)
	}
	figure.Note(t, "G1 G2 G3 G4", "%d kill -9 under %d clients, %d messages acknowledged: 0 lost, 0 twice, 0 out of place; %d repeats got the first "+
		"answer, %d ids with another text were refused", *rounds, talkers, sum.acked, sum.again, sum.conflicted)
	figure.Note(t, "G7", "porcupine ordered %d sessions of %d operations together, through %d kill -9, and had no time for %d", found.Logs,
		found.Operations, *rounds, found.Cut)
	figure.Note(t, "G9", "serving again %v after a kill -9 at the latest, of %d", slowest.Round(time.Millisecond), *rounds)
}
