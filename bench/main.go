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
	Compare  compareCmd  `cmd:"" default:"withargs" help:"All scenarios, Parlor beside the bare relay."`
	Check    checkCmd    `cmd:"" help:"Idle and saturate; exits with 1 when Parlor misses a bar."`
	Idle     idleCmd     `cmd:"" help:"Memory of visitors who said hello and nothing else."`
	Saturate saturateCmd `cmd:"" help:"Messages a second from visitors to agents, as many as pass."`
	Fixed    fixedCmd    `cmd:"" help:"Latency from visitor to agent at a given rate."`
	Bare     bareCmd     `cmd:"" help:"Serve the bare relay: net/http and coder/websocket with their defaults."`
	Socket   socketCmd   `cmd:"" help:"Serve the same relay on transport/socket."`
}

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
	parser, err := kong.New(&c, kong.Name("bench"), kong.Description("Measures Parlor beside a bare relay, in alternation."),
		kong.Writers(out, log), kong.Exit(func(status int) { code = status }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(log, "bench:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if code >= 0 { // help was asked for and printed
		return code
	}
	if err == nil {
		parsed.BindTo(ctx, (*context.Context)(nil))
		parsed.BindTo(out, (*io.Writer)(nil))
		err = parsed.Run()
	}
	if err != nil {
		fmt.Fprintln(log, "bench:", err)
		return 1
	}
	return 0
}
