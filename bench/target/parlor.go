package target

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/parlor-chat/parlor/bench/client"
)

const (
	subprotocol = "parlor.v1"
	loginCookie = "__Host-parlor-agent"
)

// Parlor is the program at the given path, as `parlor demo` with a temporary data directory. What bounds one client is lifted: here, one
// machine plays thousands.
func Parlor(program string, kind client.Kind) System {
	return System{Name: "parlor", Start: func(ctx context.Context) (Target, error) {
		t := &parlorTarget{kind: kind}
		var err error
		if t.dir, err = os.MkdirTemp("", "parlor-bench-"); err != nil {
			return nil, fmt.Errorf("target: %w", err)
		}
		if t.process, err = run(ctx, &t.ready, program, "demo", "--json", "--listen", "127.0.0.1:0", "--data", t.dir,
			"--set", "limits.sockets_per_address=0", "--set", "limits.sockets_per_24=0",
			"--set", "limits.messages_per_second=0", "--set", "timeouts.drain=1s"); err != nil {
			return nil, errors.Join(err, os.RemoveAll(t.dir))
		}
		t.process.admin = t.ready.Admin
		t.sockets = strings.Replace(t.ready.URL, "http", "ws", 1)
		if err := t.login(ctx); err != nil {
			return nil, errors.Join(err, t.Stop())
		}
		return t, nil
	}}
}

type parlorTarget struct {
	kind    client.Kind
	process *Process
	dir     string
	sockets string
	// ready is the line that Parlor prints.
	ready struct {
		URL     string `json:"url"`
		Website string `json:"website"`
		Agent   struct {
			Email    string `json:"email"`
			Password string `json:"password"`
		} `json:"agent"`
		Admin string `json:"admin"`
	}
	agent http.Header
}

func (t *parlorTarget) Process() *Process { return t.process }

func (t *parlorTarget) Stop() error { return errors.Join(t.process.Stop(), os.RemoveAll(t.dir)) }

// login gets the cookie that all agents' connections use.
func (t *parlorTarget) login(ctx context.Context) error {
	body, err := json.Marshal(t.ready.Agent)
	if err != nil {
		return fmt.Errorf("target: login: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.ready.URL+"/agent/login", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("target: login: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", t.ready.URL)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("target: login: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	for _, cookie := range answer.Cookies() {
		if cookie.Name == loginCookie {
			t.agent = http.Header{"Origin": {t.ready.URL}, "Cookie": {loginCookie + "=" + cookie.Value}}
			return nil
		}
	}
	return fmt.Errorf("target: login was answered with %s and no cookie", answer.Status)
}

func (t *parlorTarget) Visitor(ctx context.Context, _, _ int) (Visitor, error) {
	c, err := t.kind.Dial(ctx, t.sockets+"/visitor?website="+t.ready.Website, subprotocol, nil)
	if err != nil {
		return Visitor{}, err
	}
	var welcome struct {
		Session string `json:"session"`
	}
	err = ask(c, map[string]any{"t": "hello", "website": t.ready.Website}, "welcome", &welcome)
	return Visitor{Conn: c, Session: welcome.Session}, err
}

func (t *parlorTarget) Agent(ctx context.Context, _ int, visitors []Visitor) (client.Conn, error) {
	c, err := t.kind.Dial(ctx, t.sockets+"/agent", subprotocol, t.agent)
	if err != nil {
		return nil, err
	}
	if err := ask(c, map[string]any{"t": "hello"}, "welcome", nil); err != nil {
		return nil, err
	}
	for i, v := range visitors {
		open := map[string]any{"t": "open", "ref": i + 1, "website": t.ready.Website, "session": v.Session}
		if err := ask(c, open, "opened", nil); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// ask sends a frame and reads until one of the wanted type comes.
func ask(c client.Conn, question any, want string, answer any) error {
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
