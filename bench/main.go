package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// cli is the command line.
type cli struct {
	Run     runCmd     `cmd:"" default:"withargs" help:"Measure scenarios, Parlor beside what it is compared with. All of them when none is named."`
	Check   checkCmd   `cmd:"" help:"Measure idle and saturate; exit with 1 when Parlor misses a bar."`
	Compare compareCmd `cmd:"" help:"Tell what got better or worse from one run to another, beyond the noise."`
	Docs    docsCmd    `cmd:"" help:"Put the results of a run into the documentation."`
	Merge   mergeCmd   `cmd:"" help:"Make one run of several."`
	Bare    bareCmd    `cmd:"" help:"Serve the bare relay: net/http and coder/websocket with their defaults."`
	Socket  socketCmd  `cmd:"" help:"Serve the same relay on transport/socket."`
	Seed    seedCmd    `cmd:"" help:"Fill a data directory with messages."`
	Commits commitsCmd `cmd:"" help:"Commit to a bare Pebble with many writers, and print how much was committed."`
	Inside  insideCmd  `cmd:"" help:"Run a scenario that needs no other process, and print what it found."`
}

// output is where commands write: what was asked for, and what goes on.
type output struct{ out, log io.Writer }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is the program without its process. It returns the exit code.
func run(ctx context.Context, args []string, out, log io.Writer) int {
	var c cli
	code := -1
	parser, err := kong.New(&c, kong.Name("bench"), kong.Description("Measures Parlor beside a bare relay, in alternation. Scenarios:\n\n"+listing()),
		kong.Writers(out, log), kong.Exit(func(status int) { code = status }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(log, "bench:", err)
		return 1
	}
	parsed, err := parser.Parse(normal(args))
	if code >= 0 { // help was asked for and printed
		return code
	}
	if err == nil {
		parsed.BindTo(ctx, (*context.Context)(nil))
		parsed.BindTo(out, (*io.Writer)(nil))
		err = parsed.Run(output{out, log})
	}
	if err != nil {
		fmt.Fprintln(log, "bench:", err)
		return 1
	}
	return 0
}

// normal is the command line with two dashes where somebody gave one, as Go's own tools take it, and with a scenario that is named like a
// command as the flag that it stands for.
func normal(args []string) []string {
	all := make([]string, 0, len(args))
	for i, arg := range args {
		switch {
		case i == 0 && find(arg) != nil:
			arg = "--scenario=" + arg
		case len(arg) > 2 && arg[0] == '-' && arg[1] >= 'a' && arg[1] <= 'z':
			arg = "-" + arg
		}
		all = append(all, arg)
	}
	return all
}
