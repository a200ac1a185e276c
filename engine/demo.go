package engine

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/parlor-chat/parlor/accounts"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// Demo is what the demo consists of.
type Demo struct {
	Website chat.WebsiteID
	Agent   chat.AgentID
	Email   string
	// Password is known only when it was made just now.
	Password string
}

// demoEmail is the demo agent's; the domain is one that cannot exist (RFC 6761).
const demoEmail = "ada@demo.invalid"

// demoWebsiteID is the same in every demo, so that scripts and bookmarks stay good.
func demoWebsiteID() chat.WebsiteID {
	sum := sha256.Sum256([]byte("parlor demo website"))
	return chat.NewWebsiteID([16]byte(sum[:16]))
}

// ensureDemo adds the demo's website and agent where they are missing. What was changed about them stays.
func (o *Operator) ensureDemo(ctx context.Context) (Demo, error) {
	d := Demo{Website: demoWebsiteID(), Email: demoEmail}
	_, err := o.store.Website(ctx, d.Website)
	if errors.Is(err, persistence.ErrNotFound) {
		_, err = o.PutWebsite(ctx, demoWebsite(d.Website))
	}
	if err != nil {
		return d, err
	}
	agent, err := o.store.AgentByEmail(ctx, demoEmail)
	if err == nil {
		d.Agent = agent.ID
		return d, nil
	}
	if !errors.Is(err, persistence.ErrNotFound) {
		return d, err
	}
	agent, err = o.PutAgent(ctx, chat.Agent{Name: "Ada", Email: demoEmail, Websites: []chat.WebsiteID{d.Website}})
	if err != nil {
		return d, err
	}
	d.Agent, d.Password = agent.ID, accounts.NewPassword()
	return d, o.SetPassword(ctx, agent.ID, d.Password)
}

func demoWebsite(id chat.WebsiteID) chat.Website {
	w := NewWebsite("Demo")
	w.ID = id
	after := 5 * time.Second
	w.Triggers = []chat.Trigger{
		{Name: "pricing", After: &after, URLPrefix: "/demo/pricing", Message: "Not sure which plan fits? Tell us about your shop, we are happy to help."},
		{Name: "welcome", Message: "Welcome! If anything is unclear, just write to us here."},
	}
	return w
}
