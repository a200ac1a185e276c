package load

import (
	"bytes"
	"context"
	"fmt"

	"github.com/parlor-chat/parlor/bench/client"
	"github.com/parlor-chat/parlor/bench/target"
)

// guest is a visitor who comes back when the connection is lost.
type guest struct {
	regular
	// talks: there is a conversation, of which log is the visitor's side.
	talks          bool
	log            side
	session, token string
}

// join connects: at first as somebody new, later as who it was.
func (g *guest) join(ctx context.Context) (client.Conn, error) {
	hello := target.Hello{Token: g.token}
	epoch, seq := g.log.position()
	if seq > 0 {
		hello.Resume = &target.Resume{Epoch: epoch, Seq: seq}
	}
	v, err := g.storm.parlor.Return(ctx, hello)
	if err != nil {
		return nil, err
	}
	if seq > 0 && (v.Resume != "ok" || v.Session != g.session) {
		g.storm.faults.add(gap, fmt.Errorf("a visitor with %d messages came back and was answered with resume %q", seq, v.Resume))
	}
	if g.session != v.Session { // while it stays the same, others may read it
		g.session = v.Session
	}
	if v.Token != "" {
		g.token = v.Token
	}
	g.log.begin(v.Epoch)
	if g.talks {
		g.log.connect(v.Conn)
	}
	return v.Conn, nil
}

func (g *guest) left() { g.log.disconnect() }

var fromVisitor = []byte(`"from":"visitor"`)

func (g *guest) got(data []byte, f frame) {
	if f.kind == other {
		return
	}
	if kind, err := g.log.take(f, f.kind == ack || bytes.Contains(data, fromVisitor)); err != nil {
		g.storm.faults.add(kind, fmt.Errorf("at the visitor: %w", err))
	}
}
