package testclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Visitor is a visitor's browser with one page open.
type Visitor struct {
	*Client
	Website string
	// Welcome is the answer to hello.
	Welcome Frame
}

// Hello is what a visitor says first, beside the website.
type Hello map[string]any

// Visit connects a visitor and says hello.
func (s Server) Visit(ctx context.Context, website string, hello Hello, h Header) (*Visitor, error) {
	h.Query = "?website=" + website
	c, _, err := s.Dial(ctx, "/visitor", h)
	if err != nil {
		return nil, err
	}
	frame := map[string]any{"t": "hello", "website": website}
	for name, value := range hello {
		frame[name] = value
	}
	v := &Visitor{Client: c, Website: website}
	if err := c.Send(frame); err != nil {
		return nil, err
	}
	v.Welcome, err = c.Expect("welcome")
	if err != nil {
		code, _ := c.Ended()
		return nil, fmt.Errorf("%w (close code %d)", err, code)
	}
	return v, nil
}

// Say sends a text and waits for its ack.
func (v *Visitor) Say(text string) (Frame, error) { return v.SayAs(NewID(), text) }

// SayAs sends a text under a client message id.
func (v *Visitor) SayAs(id, text string) (Frame, error) {
	return answer(v.Client, id, map[string]any{"t": "message", "id": id, "type": "text", "content": text})
}

func answer(c *Client, id string, frame map[string]any) (Frame, error) {
	if err := c.Send(frame); err != nil {
		return Frame{}, err
	}
	f, err := c.Await("ack or error", func(f Frame) bool { return f.ID == id && (f.T == "ack" || f.T == "error") })
	if err == nil && f.T == "error" {
		err = &Refusal{f}
	}
	return f, err
}

// Refusal is an error frame.
type Refusal struct{ Frame Frame }

func (r *Refusal) Error() string { return r.Frame.Code + ": " + r.Frame.Message }

// CodeOf is the code of a refusal, or empty.
func CodeOf(err error) string {
	var r *Refusal
	if errors.As(err, &r) {
		return r.Frame.Code
	}
	return ""
}

// Agent is an agent's inbox.
type Agent struct {
	*Client
	Welcome Frame
}

// Login logs an agent in and returns the cookie as a header.
func (s Server) Login(ctx context.Context, email, password string) (cookie string, err error) {
	body, err := json.Marshal(map[string]string{"email": email, "password": password})
	if err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+"/agent/login", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", s.URL)
	answer, err := s.HTTP.Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("login: status %d", answer.StatusCode)
	}
	for _, c := range answer.Cookies() {
		return c.Name + "=" + c.Value, nil
	}
	return "", errors.New("login: no cookie")
}

// Work connects a logged-in agent and says hello.
func (s Server) Work(ctx context.Context, cookie string) (*Agent, error) {
	c, _, err := s.Dial(ctx, "/agent", Header{Origin: s.URL, Cookie: cookie})
	if err != nil {
		return nil, err
	}
	a := &Agent{Client: c}
	if err := c.Send(`{"t":"hello"}`); err != nil {
		return nil, err
	}
	a.Welcome, err = c.Expect("welcome")
	return a, err
}

// Open opens a session.
func (a *Agent) Open(website, session string) (Frame, error) {
	return a.Ask(map[string]any{"t": "open", "website": website, "session": session})
}

// Say answers in a session and waits for the ack.
func (a *Agent) Say(website, session, text string) (Frame, error) {
	id := NewID()
	return answer(a.Client, id, map[string]any{
		"t": "message", "website": website, "session": session, "id": id, "type": "text", "content": text,
	})
}
