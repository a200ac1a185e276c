package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/parlor-chat/parlor/accounts"
	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/networks"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/policy"
)

// Directory is what operators change, websites and agents, and copy. Operator does it in the process, RemoteDirectory in another one. Errors are
// for operators to read, and every problem of what was given is reported at once.
type Directory interface {
	Websites(ctx context.Context) ([]chat.Website, error)
	// PutWebsite adds a website, whose id is then chosen, or replaces one. A running node uses it at once.
	PutWebsite(ctx context.Context, w chat.Website) (chat.Website, error)
	Agents(ctx context.Context) ([]chat.Agent, error)
	// PutAgent adds an agent, whose id is then chosen, or replaces one. Open connections of the agent come back with the new rights.
	PutAgent(ctx context.Context, a chat.Agent) (chat.Agent, error)
	// SetPassword also ends all logins of the agent.
	SetPassword(ctx context.Context, agent chat.AgentID, password string) error
	// Backup copies everything that is stored, as it is at one moment, into a directory, which must not exist. A running node goes on.
	Backup(ctx context.Context, dir string) error
	Records
	Networks
	Close() error
}

// Operator is the Directory of a store, in the process that has it open.
type Operator struct {
	store     persistence.Store
	system    *actors.System // nil while no node runs
	accounts  *accounts.Accounts
	verdicts  *networks.Verdicts // nil while no node runs
	config    Config
	onWebsite func(chat.Website)
	close     func() error
}

// Websites implements Directory.
func (o *Operator) Websites(ctx context.Context) ([]chat.Website, error) {
	return o.store.Websites(ctx)
}

// NewWebsite is a website with the defaults of the policies.
func NewWebsite(name string) chat.Website {
	return chat.Website{Name: name, Color: "blue", Greeting: "Hello! How can we help?", Cookie: chat.DefaultCookie(), TypingPreview: true}
}

// PutWebsite implements Directory.
func (o *Operator) PutWebsite(ctx context.Context, w chat.Website) (chat.Website, error) {
	if w.ID.IsZero() {
		w.ID = chat.NewWebsiteID(random())
	}
	if w.CreatedAt.IsZero() {
		w.CreatedAt = time.Now().UTC()
	}
	if err := validateWebsite(w); err != nil {
		return w, err
	}
	if err := o.store.PutWebsite(ctx, w); err != nil {
		return w, fmt.Errorf("website: %w", err)
	}
	if o.onWebsite != nil {
		o.onWebsite(w)
	}
	return w, nil
}

func validateWebsite(w chat.Website) error {
	var problems []error
	if strings.TrimSpace(w.Name) == "" || len(w.Name) > chat.MaxNameBytes {
		problems = append(problems, fmt.Errorf("name: use 1 to %d bytes", chat.MaxNameBytes))
	}
	if len(w.Greeting) > 4*chat.MaxTextChars {
		problems = append(problems, fmt.Errorf("greeting: use at most %d characters", chat.MaxTextChars))
	}
	for _, text := range w.Origins {
		if !isOrigin(text) {
			problems = append(problems, fmt.Errorf("origin %q: use https://www.example.com, https://*.example.com or *", text))
		}
	}
	problems = append(problems, w.Cookie.Validate()...)
	problems = append(problems, w.Retain.Validate()...)
	names := make(map[string]bool)
	for _, t := range w.Triggers {
		problems = append(problems, t.Validate()...)
		if names[t.Name] {
			problems = append(problems, fmt.Errorf("trigger %q: there are two of that name", t.Name))
		}
		names[t.Name] = true
	}
	return errors.Join(problems...)
}

func isOrigin(text string) bool {
	if text == "*" {
		return true
	}
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.User == nil && strings.Trim(u.Path, "/") == "" &&
		u.RawQuery == "" && u.Fragment == "" && !strings.HasSuffix(u.Hostname(), ".") && strings.LastIndex(u.Hostname(), "*") <= 0
}

// Agents implements Directory.
func (o *Operator) Agents(ctx context.Context) ([]chat.Agent, error) {
	return o.store.Agents(ctx)
}

// PutAgent implements Directory.
func (o *Operator) PutAgent(ctx context.Context, a chat.Agent) (chat.Agent, error) {
	if a.ID.IsZero() {
		a.ID = chat.NewAgentID(random())
	}
	if a.CreatedAt.IsZero() {
		a.CreatedAt = time.Now().UTC()
	}
	for _, id := range a.Websites {
		if _, err := o.store.Website(ctx, id); err != nil {
			return a, fmt.Errorf("website %s: %w", id, err)
		}
	}
	return a, o.accounts.PutAgent(ctx, a)
}

// SetPassword implements Directory.
func (o *Operator) SetPassword(ctx context.Context, agent chat.AgentID, password string) error {
	return o.accounts.SetPassword(ctx, agent, password)
}

// Close implements Directory.
func (o *Operator) Close() error {
	if o.close == nil {
		return nil
	}
	return o.close()
}

// describe is the policy page of a website (P15).
func (o *Operator) describe(ctx context.Context, id chat.WebsiteID) (policy.Document, error) {
	w, err := o.store.Website(ctx, id)
	if err != nil {
		return policy.Document{}, err
	}
	return policy.Describe(o.config.PolicyFacts(), w), nil
}

// PolicyFacts are what the policy document says about the deployment.
func (c Config) PolicyFacts() policy.Facts {
	f := policy.Facts{
		CookiePrefix: c.Cookies.Prefix, Temporary: c.Sessions.Temporary,
		ScrubWithin: time.Hour, LoginLife: accounts.LoginLife,
	}
	if l := c.Limits; max(l.BlocksPerAddress, l.BlocksPer24, l.BlocksPer64, l.BlocksPer48) > 0 {
		f.BlocksWithin, f.RefusedFor = l.BlocksWithin, l.RefusedFor
	}
	return f
}

func random() (b [16]byte) {
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return b
}
