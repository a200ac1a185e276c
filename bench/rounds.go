package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/parlor-chat/parlor/bench/client"
	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/target"
)

// program is the package that is built when no program is named.
const program = "github.com/parlor-chat/parlor/cmd/parlor"

// rounds are the flags of all scenarios.
type rounds struct {
	Rounds  int      `default:"3" help:"How often each system is measured, in alternation."`
	Systems []string `default:"parlor" enum:"parlor,socket" help:"What is compared with the bare relay: parlor, socket (the relay on transport/socket)."`
	Parlor  string   `help:"Parlor's program; built when not given." type:"path" placeholder:"FILE"`
	Client  string   `default:"library" enum:"library,lean" help:"What the visitors and agents are made of: library (coder/websocket's client), lean (as little work as can be)."`
	JSON    bool     `name:"json" help:"Print one line of JSON for each scenario."`
}

// scenario is one of package load's.
type scenario interface {
	Run(context.Context, target.Target) (report.Figures, error)
}

// measure runs a scenario on each system in turn, round by round, and prints what it found.
func (r rounds) measure(ctx context.Context, out io.Writer, name string, s scenario, figures []report.Figure) (*report.Report, error) {
	systems, cleanUp, err := r.systems(ctx)
	if err != nil {
		return nil, err
	}
	defer cleanUp()
	names := make([]string, len(systems))
	for i, system := range systems {
		names[i] = system.Name
	}
	found := report.New(name, s, figures, names...)
	for range r.Rounds {
		round := make(map[string]report.Figures)
		for _, system := range systems {
			if round[system.Name], err = once(ctx, s, system); err != nil {
				return nil, fmt.Errorf("%s on %s: %w", name, system.Name, err)
			}
		}
		found.Add(report.Round{Systems: round})
		slices.Reverse(systems) // so that none always comes first
	}
	if r.JSON {
		return found, found.PrintJSON(out)
	}
	return found, found.Print(out)
}

// once runs a scenario on a fresh process.
func once(ctx context.Context, s scenario, system target.System) (_ report.Figures, err error) {
	t, err := system.Start(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.Stop()) }()
	return s.Run(ctx, t)
}

// systems returns the bare relay and what is compared with it. cleanUp removes what was built.
func (r rounds) systems(ctx context.Context) (_ []target.System, cleanUp func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, fmt.Errorf("finding this program: %w", err)
	}
	kind := client.Kind(r.Client)
	all, cleanUp := []target.System{target.Relay(self, "bare", kind)}, func() {}
	for _, name := range r.Systems {
		if name == "socket" {
			all = append(all, target.Relay(self, name, kind))
			continue
		}
		path := r.Parlor
		if path == "" {
			if path, cleanUp, err = build(ctx); err != nil {
				return nil, nil, err
			}
		}
		all = append(all, target.Parlor(path, kind))
	}
	return all, cleanUp, nil
}

// build builds Parlor from the source at hand.
func build(ctx context.Context) (path string, cleanUp func(), err error) {
	dir, err := os.MkdirTemp("", "parlor-bench-")
	if err != nil {
		return "", nil, fmt.Errorf("building Parlor: %w", err)
	}
	path = filepath.Join(dir, "parlor")
	if output, err := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", path, program).CombinedOutput(); err != nil {
		return "", nil, errors.Join(fmt.Errorf("building Parlor: %w\n%s", err, output), os.RemoveAll(dir))
	}
	return path, func() { _ = os.RemoveAll(dir) }, nil
}
