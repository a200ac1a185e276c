package target

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/parlor-chat/parlor/bench/client"
	"github.com/parlor-chat/parlor/bench/relay"
)

// hello is sent to relays too, though it says nothing to them: they get the same frames as Parlor.
const hello = `{"t":"hello","website":"00000000-0000-4000-8000-000000000000"}`

// Relay is one of this program's own relays: program is this program, command the name of the relay.
func Relay(program, command string, kind client.Kind) System {
	return System{Name: command, Start: func(ctx context.Context) (Target, error) {
		var ready relay.Ready
		p, err := run(ctx, &ready, program, command)
		if err != nil {
			return nil, err
		}
		p.admin = ready.Admin
		return &relayTarget{kind: kind, process: p, url: strings.Replace(ready.URL, "http", "ws", 1)}, nil
	}}
}

type relayTarget struct {
	kind    client.Kind
	process *Process
	url     string
}

func (t *relayTarget) Process() *Process { return t.process }

func (t *relayTarget) Stop() error { return t.process.Stop() }

func (t *relayTarget) Acknowledges() bool { return false }

func (t *relayTarget) Visitor(ctx context.Context, i, agent int) (Visitor, error) {
	to := strconv.Itoa(agent)
	if agent == Everybody {
		to = relay.Everybody
	}
	c, err := t.dial(ctx, relay.VisitorPath, url.Values{"id": {strconv.Itoa(i)}, "agent": {to}})
	return Visitor{Conn: c}, err
}

func (t *relayTarget) Agent(ctx context.Context, id int, _ []Visitor) (client.Conn, error) {
	c, err := t.dial(ctx, relay.AgentPath, url.Values{"id": {strconv.Itoa(id)}})
	if err != nil {
		return nil, err
	}
	if _, err := c.Read(); err != nil { // hello comes back when the relay knows the agent
		_ = c.Close()
		return nil, fmt.Errorf("target: hello: %w", err)
	}
	return c, nil
}

func (t *relayTarget) Dial(ctx context.Context) (client.Conn, error) {
	return t.connect(ctx, relay.VisitorPath, url.Values{"id": {"0"}, "agent": {strconv.Itoa(Nobody)}})
}

func (t *relayTarget) connect(ctx context.Context, path string, query url.Values) (client.Conn, error) {
	return t.kind.Dial(ctx, t.url+path+"?"+query.Encode(), "", nil)
}

// dial connects and says hello.
func (t *relayTarget) dial(ctx context.Context, path string, query url.Values) (client.Conn, error) {
	c, err := t.connect(ctx, path, query)
	if err != nil {
		return nil, err
	}
	if err := c.Send([]byte(hello)); err != nil {
		return nil, fmt.Errorf("target: hello: %w", err)
	}
	return c, nil
}
