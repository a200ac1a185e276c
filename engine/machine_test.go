package engine_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"pgregory.net/rapid"

	"github.com/parlor-chat/parlor/internal/figure"
)

// moves are what may happen to the whole node next.
var moves = map[string]func(s *sim, p *person, d *desk){
	"say":    func(_ *sim, p *person, _ *desk) { p.speak(false) },
	"retry":  func(_ *sim, p *person, _ *desk) { p.speak(true) },
	"answer": func(_ *sim, p *person, d *desk) { d.reply(p) },
	"disconnect": func(_ *sim, p *person, _ *desk) {
		if len(p.tabs) > 0 {
			l := p.tabs[0]
			p.tabs = p.tabs[1:]
			p.hangUp(l)
		}
	},
	"tab":   func(_ *sim, p *person, _ *desk) { p.open(p.remembered()) },
	"crash": func(s *sim, _ *person, _ *desk) { s.powerLoss() },
	"stop":  func(s *sim, _ *person, _ *desk) { s.restart() },
	"delete": func(_ *sim, p *person, d *desk) {
		if d.line != nil && p.session != "" {
			d.delete(p.session)
		}
	},
	"wait": func(s *sim, _ *person, _ *desk) { s.pass(time.Minute) },
}

// speak says something new, or what was said before, in a tab that is opened where there is none.
func (p *person) speak(again bool) {
	if len(p.tabs) == 0 {
		p.open(p.remembered())
	}
	if len(p.tabs) == 0 {
		return
	}
	l := p.tabs[len(p.tabs)-1]
	if l.places[l.session] == nil {
		return // it has just been closed
	}
	if again && len(p.said) > 0 {
		u := p.repeat(p.said)
		u.session = l.session
		l.say(u)
		return
	}
	u := p.newUtterance(l.session, "message")
	p.said = append(p.said, u)
	l.say(u)
}

// reply answers a visitor, in an inbox that is opened where there is none.
func (d *desk) reply(p *person) {
	if d.line == nil {
		d.connect()
	}
	if d.line == nil || p.session == "" || !d.sessions[p.session] {
		return
	}
	if d.line.places[p.session] == nil {
		d.open(p.session)
	}
	d.say(p.session)
}

// TestAnyMovesKeepThePromises draws moves of a visitor, an agent and the machine that they are on, and judges what both saw (T6). Unlike a
// simulation's, a failure's moves are made fewer until none can be spared.
func TestAnyMovesKeepThePromises(t *testing.T) {
	names := slices.Sorted(maps.Keys(moves))
	runs, made := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		drawn := rapid.SliceOfN(rapid.SampledFrom(names), 1, 30).Draw(rt, "moves")
		seed := rapid.Uint64Range(0, 1000).Draw(rt, "seed")
		runs, made = runs+1, made+len(drawn)
		if problems := play(t, seed, drawn, false); len(problems) > 0 {
			rt.Fatalf("%s", strings.Join(problems, "\n"))
		}
	})
	figure.Note(t, "G1 G2 G3 G4 G5", "%d lists of %d moves drawn (messages, repeats, disconnects, power losses, restarts, deletions): no promise broken", runs, made)
}

// TestAnyMovesBites: a disk that only claims to sync loses what was acknowledged, and the same judge must say so.
func TestAnyMovesBites(t *testing.T) {
	problems := play(t, 1, []string{"say", "answer", "wait", "say", "wait", "crash", "say"}, true)
	if !strings.Contains(strings.Join(problems, "\n"), "acknowledged") && !strings.Contains(strings.Join(problems, "\n"), "had messages") {
		t.Errorf("an acknowledged message was lost, and nobody misses it: %q", problems)
	}
}

// play returns what was wrong.
func play(t *testing.T, seed uint64, drawn []string, lies bool) (problems []string) {
	synctest.Test(t, func(t *testing.T) {
		disk := vfs.NewCrashableMem()
		var fs vfs.FS = disk
		if lies {
			fs = liar{disk}
		}
		s := newSim(t, seed, openPebble(t, fs), disk)
		s.lies = lies
		for _, name := range drawn {
			moves[name](s, s.people[0], s.desks[0])
			s.pass(time.Duration(s.random.IntN(50)) * time.Millisecond)
		}
		s.end()
		problems = s.problems
	})
	return problems
}
