package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// cli is the command line.
type cli struct {
	Settings settings    `embed:""`
	Serve    serveCmd    `cmd:"" help:"Serve visitors and agents."`
	Demo     demoCmd     `cmd:"" help:"Try Parlor out: a demo website, an agent and a page with the chatbox, on embedded defaults."`
	Website  websiteCmd  `cmd:"" help:"Add, list and change websites. Works beside a running node."`
	Agent    agentCmd    `cmd:"" help:"Add, list and change agents. Works beside a running node."`
	Policy   policyCmd   `cmd:"" help:"Print what is kept about people, for how long and why."`
	Subject  subjectCmd  `cmd:"" help:"Find, hand out and delete what is held on one visitor. Works beside a running node."`
	Identify identifyCmd `cmd:"" help:"Print from which addresses a conversation was written. It is recorded in the audit log."`
	Receipt  receiptCmd  `cmd:"" help:"Receipts of deletions."`
	Audit    auditCmd    `cmd:"" help:"Print the audit log: what was done with people's data, a line of JSON for each."`
	Network  networkCmd  `cmd:"" help:"Tell whether messages from an address are refused, and forgive it. Works beside a running node."`
	Backup   backupCmd   `cmd:"" help:"Copy the data directory, and check the copy. Works beside a running node."`
	Restore  restoreCmd  `cmd:"" help:"Make a data directory out of a backup, without what was deleted since."`
	Verify   verifyCmd   `cmd:"" help:"Check everything in a backup."`
	Version  versionCmd  `cmd:"" help:"Print the version."`
}

// output is where commands write: what was asked for, and what goes on.
type output struct{ out, log io.Writer }

func main() {
	os.Exit(run(os.Args[1:], output{os.Stdout, os.Stderr}))
}

// run is the program without its process.
func run(args []string, o output) int {
	var c cli
	code := -1
	parser, err := kong.New(&c, kong.Name("parlor"), kong.Description("Live chat for websites, self-hosted as one program."),
		kong.Writers(o.out, o.log), kong.Exit(func(status int) { code = status }), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(o.log, "parlor:", err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if code >= 0 { // help was asked for and printed
		return code
	}
	if err != nil {
		fmt.Fprintln(o.log, "parlor:", err)
		return exitUsage
	}
	ctx, stop := interruptible()
	defer stop()
	parsed.BindTo(ctx, (*context.Context)(nil))
	if err := parsed.Run(&c.Settings, o); err != nil {
		report(o.log, err)
		if errors.Is(err, errUsage) {
			return exitUsage
		}
		return exitFailed
	}
	return exitDone
}

// report prints an error, one problem a line.
func report(w io.Writer, err error) {
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintln(w, "parlor:", strings.TrimRight(line, "\n"))
	}
}

// interruptible ends when the process is asked to end. A second request ends the process at once.
func interruptible() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
