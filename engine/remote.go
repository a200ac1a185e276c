package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"syscall"
	"time"

	"github.com/parlor-chat/parlor/accounts"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
	"github.com/parlor-chat/parlor/policy"
	"github.com/parlor-chat/parlor/subject"
)

// OpenDirectory gives access to the websites and agents of a data directory: through the node that has it open, else by opening it. The
// caller closes it.
func OpenDirectory(ctx context.Context, c Config, log *slog.Logger) (Directory, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if file, err := readControlFile(c.Store.Dir); err == nil {
		remote := &RemoteDirectory{url: file.URL, key: file.Key}
		_, err := remote.Websites(ctx)
		if err == nil {
			return remote, nil
		}
		if !errors.Is(err, syscall.ECONNREFUSED) && !errors.Is(err, errForeign) {
			return nil, err
		}
		// Nobody is there: a killed node left the file behind.
	}
	store, err := pebblestore.Open(pebblestore.Options{Dir: c.Store.Dir, Logger: log})
	if err != nil {
		return nil, err
	}
	return &Operator{store: store, accounts: accounts.New(store), config: c, close: store.Close}, nil
}

// RemoteDirectory is the Directory of a node in another process.
type RemoteDirectory struct{ url, key string }

// errForeign: whoever answers on the address is not the node of the data directory.
var errForeign = errors.New("engine: the control key was refused")

// Websites implements Directory.
func (d *RemoteDirectory) Websites(ctx context.Context) (w []chat.Website, err error) {
	return w, d.call(ctx, http.MethodGet, "websites", nil, &w)
}

// PutWebsite implements Directory.
func (d *RemoteDirectory) PutWebsite(ctx context.Context, w chat.Website) (stored chat.Website, err error) {
	return stored, d.call(ctx, http.MethodPut, "websites", w, &stored)
}

// Agents implements Directory.
func (d *RemoteDirectory) Agents(ctx context.Context) (a []chat.Agent, err error) {
	return a, d.call(ctx, http.MethodGet, "agents", nil, &a)
}

// PutAgent implements Directory.
func (d *RemoteDirectory) PutAgent(ctx context.Context, a chat.Agent) (stored chat.Agent, err error) {
	return stored, d.call(ctx, http.MethodPut, "agents", a, &stored)
}

// SetPassword implements Directory.
func (d *RemoteDirectory) SetPassword(ctx context.Context, agent chat.AgentID, password string) error {
	return d.call(ctx, http.MethodPut, "password", passwordChange{agent, password}, &struct{}{})
}

// Identify implements Records.
func (d *RemoteDirectory) Identify(ctx context.Context, r Request) (all []persistence.Identification, err error) {
	return all, d.call(ctx, http.MethodPut, "identify", r, &all)
}

// Export implements Records.
func (d *RemoteDirectory) Export(ctx context.Context, r Request) (document subject.Document, err error) {
	return document, d.call(ctx, http.MethodPut, "export", r, &document)
}

// Erase implements Records.
func (d *RemoteDirectory) Erase(ctx context.Context, r Request) error {
	return d.call(ctx, http.MethodPut, "erase", r, &struct{}{})
}

// Find implements Records.
func (d *RemoteDirectory) Find(ctx context.Context, text string) (all []Found, err error) {
	return all, d.call(ctx, http.MethodPut, "find", text, &all)
}

// Explain implements Records.
func (d *RemoteDirectory) Explain(ctx context.Context, session chat.SessionID) (all []policy.Held, err error) {
	return all, d.call(ctx, http.MethodPut, "explain", session, &all)
}

// Simulate implements Records.
func (d *RemoteDirectory) Simulate(ctx context.Context, at time.Time) (all []Simulation, err error) {
	return all, d.call(ctx, http.MethodPut, "simulate", at, &all)
}

// AuditLog implements Records.
func (d *RemoteDirectory) AuditLog(ctx context.Context, after uint64) (all []persistence.AuditEntry, err error) {
	return all, d.call(ctx, http.MethodPut, "audit", after, &all)
}

// Close implements Directory.
func (d *RemoteDirectory) Close() error { return nil }

func (d *RemoteDirectory) call(ctx context.Context, method, what string, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return fmt.Errorf("engine: control: %w", err)
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, d.url+"/control/"+what, &body)
	if err != nil {
		return fmt.Errorf("engine: control: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+d.key)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("engine: the node that has the data directory open does not answer: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswerBytes))
	switch {
	case err != nil:
		return fmt.Errorf("engine: control: %w", err)
	case answer.StatusCode == http.StatusOK:
		if err := json.Unmarshal(data, out); err != nil {
			return errors.New("engine: the node's answer cannot be read; is the program of the same version?")
		}
		return nil
	case answer.StatusCode == http.StatusUnprocessableEntity:
		return errors.New(strings.TrimSpace(string(data)))
	default:
		return errForeign
	}
}
