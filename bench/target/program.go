package target

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/parlor-chat/parlor/bench/client"
)

// Options of a Parlor that is started here.
type Options struct {
	Client client.Kind
	// Set are settings of the node, on top of what lifts the bounds of one client: here, one machine plays thousands.
	Set map[string]string
	// Prepared is a data directory to start on. Without one, it starts on an empty directory that Stop removes.
	Prepared *Prepared
}

// Prepared is a data directory for `parlor demo`, with the agent's login when it is not new.
type Prepared struct {
	Dir     string
	Website string
	Agent   Agent
}

// Program is Parlor's program at the given path, as `parlor demo`.
func Program(path string, o Options) System {
	return System{Name: "parlor", Start: func(ctx context.Context) (Target, error) { return StartProgram(ctx, path, o) }}
}

// StartProgram starts Parlor's program at the given path.
func StartProgram(ctx context.Context, path string, o Options) (*Parlor, error) {
	g := &program{path: path, dir: "", listen: "127.0.0.1:0"}
	p := &Parlor{kind: o.Client, program: g}
	if o.Prepared != nil {
		g.dir = o.Prepared.Dir
	} else {
		var err error
		if g.temporary, err = os.MkdirTemp("", "parlor-bench-"); err != nil {
			return nil, fmt.Errorf("target: %w", err)
		}
		g.dir = g.temporary
	}
	set := map[string]string{
		"limits.sockets_per_address": "0", "limits.sockets_per_24": "0", "limits.messages_per_second": "0", "timeouts.drain": "1s",
	}
	maps.Copy(set, o.Set)
	for _, key := range slices.Sorted(maps.Keys(set)) {
		g.args = append(g.args, "--set", key+"="+set[key])
	}
	ready, err := g.start(ctx)
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(g.temporary))
	}
	p.at, p.website, p.login.agent = ready.URL, ready.Website, ready.Agent
	p.sockets = strings.Replace(ready.URL, "http", "ws", 1)
	if o.Prepared != nil && p.login.agent.Password == "" { // it was told at the first start
		p.login.agent = o.Prepared.Agent
	}
	if err := p.logIn(ctx); err != nil {
		return nil, errors.Join(err, p.Stop())
	}
	return p, nil
}

// program is a Parlor that was started here.
type program struct {
	path, dir, listen string
	args              []string
	// temporary is the directory to remove, if there is one.
	temporary string
	process   *Process
	took      time.Duration
}

// ready is the line that Parlor prints.
type ready struct {
	URL     string `json:"url"`
	Website string `json:"website"`
	Agent   Agent  `json:"agent"`
	Admin   string `json:"admin"`
}

// start starts the process and notes how long it took until it was ready.
func (g *program) start(ctx context.Context) (ready, error) {
	var r ready
	began := time.Now()
	process, err := run(ctx, &r, g.path, append([]string{"demo", "--json", "--listen", g.listen, "--data", g.dir}, g.args...)...)
	if err != nil {
		return r, err
	}
	g.process, g.took = process, time.Since(began)
	g.process.admin = r.Admin
	g.listen = strings.TrimPrefix(r.URL, "http://")
	return r, nil
}

func (g *program) stop() error {
	err := g.process.Stop()
	if g.temporary != "" {
		err = errors.Join(err, os.RemoveAll(g.temporary))
	}
	return err
}

// StartTook is how long the last start took until it was ready.
func (p *Parlor) StartTook() time.Duration { return p.program.took }

// Prepared is what a later start on the same data needs to know.
func (p *Parlor) Prepared() Prepared {
	return Prepared{Dir: p.program.dir, Website: p.website, Agent: p.login.agent}
}

// End sends a signal to the process and waits for its end. Start may follow.
func (p *Parlor) End(signal syscall.Signal) error { return p.program.process.end(signal) }

// Start starts a Parlor anew that has ended, with the same data at the same address.
func (p *Parlor) Start(ctx context.Context) error {
	_, err := p.program.start(ctx)
	return err
}
