package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/parlor-chat/parlor/bench/load"
	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/scale"
)

func sessions() scenario {
	return scenario{
		name: "sessions", title: "Sessions made, used and expired inside the engine",
		asks:    "how many visitors a second can come, look at two pages and be forgotten, and what does one take who left? Sockets are simulated.",
		figures: scale.SessionsFigures(), own: true, inside: true,
		steps: func(s settings) ([]step, error) {
			return single(scale.Sessions{
				Kept: cmp.Or(s.Connections, s.size(1_000_000, 5000)), Lifetime: time.Duration(s.size(int(2*time.Second), int(100*time.Millisecond))),
				Most: s.size(300_000, 5000), Warmup: s.Warmup, Duration: s.Duration,
			}), nil
		},
		bars: []report.Bar{
			parlorBar("sessions_per_s", report.Value, report.More, 50_000), parlorBar("session_bytes", report.Value, report.Less, 1536),
		},
	}
}

func million() scenario {
	return scenario{
		name: "million", title: "A million visitors on one node",
		asks: "what do a million connected visitors take, in memory and in time? The network and the visitors are simulated in the same process; " +
			"the node is whole.",
		figures: scale.MillionFigures(), own: true, inside: true,
		steps: func(s settings) ([]step, error) {
			visitors := cmp.Or(s.Connections, s.size(1_000_000, 500))
			return single(scale.Million{
				Visitors: visitors, Writers: min(cmp.Or(s.Visitors, 2000), visitors), Messages: s.size(50, 2), TextBytes: s.Bytes,
				Ping: 5 * time.Minute, MemoryLimit: "11GiB", // less than the bar, by what is not Go's
			}), nil
		},
		bars: []report.Bar{parlorBar("peak_gib", report.Value, report.Less, 12)},
	}
}

// insideCmd runs a scenario that needs no other process in this one, and prints one line of JSON.
type insideCmd struct {
	Name     string `arg:"" help:"The scenario: sessions or million."`
	Settings string `arg:"" help:"Its settings, as JSON."`
}

// Run implements the command.
func (c insideCmd) Run(ctx context.Context, out io.Writer) error {
	var found load.Result
	var err error
	switch c.Name {
	case "sessions":
		found, err = insideRun[scale.Sessions](ctx, c.Settings)
	case "million":
		found, err = insideRun[scale.Million](ctx, c.Settings)
	default:
		err = fmt.Errorf("inside: there is no scenario %q", c.Name)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(found)
}

func insideRun[S load.Scenario](ctx context.Context, settings string) (load.Result, error) {
	var s S
	if err := json.Unmarshal([]byte(settings), &s); err != nil {
		return load.Result{}, fmt.Errorf("inside: settings: %w", err)
	}
	return s.Run(ctx, nil)
}

// insideProcess runs such a scenario in a process of its own, so that its memory is nobody else's.
func (b *bench) insideProcess(name string) contender {
	return contender{"parlor", func(ctx context.Context, s load.Scenario) (found load.Result, err error) {
		given, err := json.Marshal(s)
		if err != nil {
			return found, fmt.Errorf("inside: settings: %w", err)
		}
		cmd := exec.CommandContext(ctx, b.self, "inside", name, string(given))
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		cmd.WaitDelay = time.Minute
		cmd.Stderr = b.log
		text, err := cmd.Output()
		if err != nil {
			return found, fmt.Errorf("inside: %w", err)
		}
		if err := json.Unmarshal(text, &found); err != nil {
			return found, fmt.Errorf("inside: %w", err)
		}
		if len(found.Figures) == 0 {
			return found, errors.New("inside: nothing was measured")
		}
		return found, nil
	}}
}
