package target

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/parlor-chat/parlor/bench/client"
)

const (
	subprotocol = "parlor.v1"
	loginCookie = "__Host-parlor-agent"
)

// Parlor is a node that serves: one that was started here, or one at an address.
type Parlor struct {
	kind client.Kind
	// at is where it serves, sockets the same for WebSockets.
	at, sockets string
	website     string
	login       login
	program     *program // nil: not started here
}

// URL is where it serves.
func (p *Parlor) URL() string { return p.at }

// Website is the id of the website that visitors visit.
func (p *Parlor) Website() string { return p.website }

// Acknowledges implements Target.
func (p *Parlor) Acknowledges() bool { return true }

// Process implements Target.
func (p *Parlor) Process() *Process {
	if p.program == nil {
		return nil
	}
	return p.program.process
}

// Stop implements Target.
func (p *Parlor) Stop() error {
	if p.program == nil {
		return nil
	}
	return p.program.stop()
}

// Visitor implements Target: a visitor whom nobody knows yet.
func (p *Parlor) Visitor(ctx context.Context, _, _ int) (Visitor, error) {
	return p.Return(ctx, Hello{})
}

// Dial implements Target.
func (p *Parlor) Dial(ctx context.Context) (client.Conn, error) {
	return p.kind.Dial(ctx, p.sockets+"/visitor?website="+p.website, subprotocol, nil)
}

// Hello is how a visitor comes back. The zero value is somebody new.
type Hello struct {
	Token  string  `json:"token,omitempty"`
	Resume *Resume `json:"resume,omitempty"`
}

// Resume says which messages of which log a client has.
type Resume struct {
	Epoch string `json:"epoch"`
	Seq   uint64 `json:"seq"`
}

// Return connects a visitor. What was missed follows on the connection.
func (p *Parlor) Return(ctx context.Context, h Hello) (Visitor, error) {
	c, err := p.Dial(ctx)
	if err != nil {
		return Visitor{}, err
	}
	v := Visitor{Conn: c}
	question := struct {
		T       string `json:"t"`
		Website string `json:"website"`
		Hello
	}{"hello", p.website, h}
	if err := ask(ctx, c, question, "welcome", &v.Welcome); err != nil {
		_ = c.Close()
		return Visitor{}, err
	}
	return v, nil
}

// Agent implements Target. All agents' connections are of one agent.
func (p *Parlor) Agent(ctx context.Context, _ int, visitors []Visitor) (client.Conn, error) {
	c, err := p.kind.Dial(ctx, p.sockets+"/agent", subprotocol, p.login.header)
	if err != nil {
		return nil, err
	}
	err = ask(ctx, c, map[string]any{"t": "hello"}, "welcome", nil)
	for i := 0; err == nil && i < len(visitors); i++ {
		err = p.askOpen(ctx, c, visitors[i].Session)
	}
	if err != nil {
		_ = c.Close()
		return nil, err
	}
	return c, nil
}

// askOpen opens a conversation on an agent's connection and waits until it is open.
func (p *Parlor) askOpen(ctx context.Context, c client.Conn, session string) error {
	frame, err := p.open(session, nil)
	if err != nil {
		return err
	}
	return ask(ctx, c, frame, "opened", nil)
}

// AskToOpen opens a conversation on an agent's connection and does not wait: what comes on it is the caller's to read.
func (p *Parlor) AskToOpen(c client.Conn, session string, from *Resume) error {
	frame, err := p.open(session, from)
	if err != nil {
		return err
	}
	return c.Send(frame)
}

// open is the frame that opens a conversation.
func (p *Parlor) open(session string, from *Resume) (json.RawMessage, error) {
	return json.Marshal(struct {
		T       string  `json:"t"`
		Ref     int     `json:"ref"`
		Website string  `json:"website"`
		Session string  `json:"session"`
		Resume  *Resume `json:"resume,omitempty"`
	}{"open", 1, p.website, session, from})
}

// ask sends a frame and reads until one of the wanted type comes.
func ask(ctx context.Context, c client.Conn, question any, want string, answer any) error {
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	frame, err := json.Marshal(question)
	if err != nil {
		return fmt.Errorf("target: %w", err)
	}
	if err := c.Send(frame); err != nil {
		return fmt.Errorf("target: waiting for %s: %w", want, err)
	}
	for {
		data, err := c.Read()
		if err != nil {
			return fmt.Errorf("target: waiting for %s: %w", want, err)
		}
		var head struct{ T, Code, Message string }
		if err := json.Unmarshal(data, &head); err != nil {
			return fmt.Errorf("target: waiting for %s: %w", want, err)
		}
		switch head.T {
		case "error":
			return fmt.Errorf("target: waiting for %s: refused: %s: %s", want, head.Code, head.Message)
		case want:
			if answer == nil {
				return nil
			}
			return json.Unmarshal(data, answer)
		}
	}
}
