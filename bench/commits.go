package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/parlor-chat/parlor/bench/commits"
	"github.com/parlor-chat/parlor/bench/load"
	"github.com/parlor-chat/parlor/bench/report"
)

// commitsCmd measures a bare Pebble and prints one line of JSON.
type commitsCmd struct {
	Writers  int           `default:"1000" help:"How many commit at the same time."`
	Bytes    int           `default:"200" help:"Length of a text."`
	Warmup   time.Duration `default:"3s" help:"Time before the measurement."`
	Duration time.Duration `default:"10s" help:"Time of the measurement."`
}

// Run implements the command.
func (c commitsCmd) Run(ctx context.Context, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "parlor-bench-")
	if err != nil {
		return fmt.Errorf("commits: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	found, err := commits.Measure(ctx, commits.Options{Dir: dir, Writers: c.Writers, Bytes: c.Bytes, Warmup: c.Warmup, Duration: c.Duration})
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(found)
}

// pebble is a bare Pebble in a process of its own, to which as many writers commit as there are visitors. Its CPU time is of the whole process.
func (b *bench) pebble() contender {
	return contender{"pebble", func(ctx context.Context, s load.Scenario) (found load.Result, err error) {
		like, ok := s.(load.Saturate)
		if !ok {
			return found, fmt.Errorf("commits say nothing about %T", s)
		}
		cmd := exec.CommandContext(ctx, b.self, "commits", "--writers", strconv.Itoa(like.Visitors), "--bytes", strconv.Itoa(like.TextBytes),
			"--warmup", like.Warmup.String(), "--duration", like.Duration.String())
		cmd.Stderr = os.Stderr
		line, err := cmd.Output()
		if err != nil {
			return found, fmt.Errorf("commits: %w", err)
		}
		var c commits.Found
		if err := json.Unmarshal(line, &c); err != nil {
			return found, fmt.Errorf("commits: %w", err)
		}
		found.Figures = report.Figures{"messages_per_s": c.PerSecond}
		if c.All > 0 {
			cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			found.Figures["cpu_us"] = float64(cpu.Microseconds()) / float64(c.All)
		}
		return found, nil
	}}
}
