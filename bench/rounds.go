package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/parlor-chat/parlor/bench/client"
	"github.com/parlor-chat/parlor/bench/load"
	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/target"
)

// parlorPackage is what is built when no program is named.
const parlorPackage = "github.com/parlor-chat/parlor/cmd/parlor"

// bench measures scenarios, one after the other.
type bench struct {
	settings
	output
	self    string // this program: the relays are processes of it
	program string // Parlor's
	dir     string // what is removed at the end
	found   []*report.Report
	// measuring names the measurement that goes on.
	measuring string
	// stores are the data directories that hold messages, by their number.
	stores map[int]target.Prepared
}

func newBench(ctx context.Context, s settings, o output) (*bench, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	b := &bench{settings: s, output: o, self: self, program: s.Parlor, stores: make(map[int]target.Prepared)}
	if b.dir, err = os.MkdirTemp("", "parlor-bench-"); err != nil {
		return nil, fmt.Errorf("a directory for the run: %w", err)
	}
	if s.Address == "" && s.Parlor == "" && slices.Contains(s.Systems, "parlor") {
		err = b.build(ctx)
	}
	if err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// build builds Parlor from the source at hand.
func (b *bench) build(ctx context.Context) error {
	b.program = filepath.Join(b.dir, "parlor")
	if text, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", b.program, parlorPackage).CombinedOutput(); err != nil {
		return fmt.Errorf("building Parlor: %w\n%s", err, text)
	}
	return nil
}

// close removes what was kept for the run.
func (b *bench) close() { _ = os.RemoveAll(b.dir) }

// write writes what was found, where anything was.
func (b *bench) write() error {
	if b.Out == "" || len(b.found) == 0 {
		return nil
	}
	return report.WriteDir(b.Out, b.found)
}

// contender is what a scenario is done to: a system, started anew for each measurement.
type contender struct {
	name string
	run  func(context.Context, load.Scenario) (load.Result, error)
}

// clientsGCPercent makes the process of the visitors and agents collect garbage seldom: their waiting for it would be told of as the server's. What
// is measured runs in processes of its own, with their own settings.
const clientsGCPercent = 1000

// measure runs a scenario on each contender in turn, round by round, and prints what it found.
func (b *bench) measure(ctx context.Context, s scenario) (*report.Report, error) {
	defer debug.SetGCPercent(debug.SetGCPercent(clientsGCPercent))
	steps, err := s.steps(b.settings)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	contenders, err := b.contenders(s)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	names := make([]string, len(contenders))
	for i, c := range contenders {
		names[i] = c.name
	}
	found := report.New(s.name, settingsOf(s, steps), s.figures, names...)
	found.Title, found.About, found.StepLabel = s.title, strings.ToUpper(s.asks[:1])+s.asks[1:], s.grows
	if !b.Quick {
		found.Bars = s.bars
	}
	switch {
	case s.inside:
	case b.Parlor != "":
		found.Commit = report.CommitOf(b.Parlor)
	case b.Address != "":
		found.Commit = "" // what runs there does not tell
	}
	for n := range b.Rounds {
		for _, step := range steps {
			round, err := b.round(ctx, s, step, contenders, n)
			if err != nil {
				return nil, err
			}
			if s.grows == "" {
				found.Add(round)
			} else {
				found.AddStep(step.x, round)
			}
		}
		slices.Reverse(contenders) // so that none always comes first
	}
	b.found = append(b.found, found)
	if b.JSON {
		return found, found.PrintJSON(b.out)
	}
	defer fmt.Fprintln(b.out)
	return found, found.Print(b.out)
}

// round measures each contender once.
func (b *bench) round(ctx context.Context, s scenario, at step, contenders []contender, n int) (report.Round, error) {
	round := report.Round{Systems: make(map[string]report.Figures), Latency: make(map[string][]report.Percentile)}
	for _, c := range contenders {
		where := fmt.Sprintf("%s on %s", s.name, c.name)
		if s.grows != "" {
			where = fmt.Sprintf("%s with %.0f %s", where, at.x, s.grows)
		}
		fmt.Fprintf(b.log, "%s, round %d of %d\n", where, n+1, b.Rounds)
		b.measuring = fmt.Sprintf("%s-%s-%d", s.name, c.name, n+1)
		if s.grows != "" {
			b.measuring = fmt.Sprintf("%s-%.0f", b.measuring, at.x)
		}
		found, err := c.run(ctx, at.scenario)
		if err != nil {
			return round, fmt.Errorf("%s: %w", where, err)
		}
		round.Systems[c.name] = found.Figures
		if found.Latency != nil {
			round.Latency[c.name] = found.Latency
		}
	}
	return round, nil
}

// settingsOf are a scenario's settings as they are reported: those of the last step, the others differ only in what grows.
func settingsOf(s scenario, steps []step) any {
	last := steps[len(steps)-1].scenario
	if s.grows == "" {
		return last
	}
	return map[string]any{"steps": len(steps), "last": last}
}

// contenders are the systems that a scenario is done to; the first is what the others are compared with.
func (b *bench) contenders(s scenario) ([]contender, error) {
	kind := client.Kind(b.Client)
	if b.Address != "" {
		system, err := target.Remote(b.Address, b.Website, target.Agent{Email: b.Email, Password: b.Password}, kind)
		return []contender{b.onSystem(system)}, err
	}
	if s.inside {
		return []contender{b.insideProcess(s.name)}, nil
	}
	var all []contender
	if s.bare {
		all = append(all, b.onSystem(target.Relay(b.self, "bare", kind)))
	}
	for _, name := range b.Systems {
		switch {
		case name == "parlor":
			all = append(all, contender{name, b.onParlor})
		case s.bare:
			all = append(all, b.onSystem(target.Relay(b.self, name, kind)))
		}
	}
	if s.commits {
		all = append(all, b.pebble())
	}
	if len(all) == 0 {
		return nil, errors.New("no system that can do it: give --systems=parlor")
	}
	return all, nil
}

// onSystem runs scenarios on a system.
func (b *bench) onSystem(system target.System) contender {
	return contender{system.Name, func(ctx context.Context, s load.Scenario) (found load.Result, err error) {
		t, err := system.Start(ctx)
		if err != nil {
			return found, err
		}
		defer func() { err = errors.Join(err, t.Stop()) }()
		return b.profiled(ctx, s, t)
	}}
}

// onParlor runs a scenario on a Parlor that is as the scenario needs it.
func (b *bench) onParlor(ctx context.Context, s load.Scenario) (load.Result, error) {
	o := target.Options{Client: client.Kind(b.Client)}
	if c, ok := s.(load.Configured); ok {
		o.Set = c.Settings()
	}
	if c, ok := s.(load.Seeded); ok {
		prepared, err := b.seeded(ctx, c.StoredMessages())
		defer func() { _ = os.RemoveAll(prepared.Dir) }()
		if err != nil {
			return load.Result{}, err
		}
		o.Prepared = &prepared
	}
	return b.onSystem(target.Program(b.program, o)).run(ctx, s)
}
