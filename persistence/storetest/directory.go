package storetest

import (
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

func directoryTests() []test {
	return []test{
		{"websites are kept and replaced", directoryWebsites},
		{"websites are listed oldest first", directoryWebsiteOrder},
		{"agents are kept and replaced", directoryAgents},
		{"agents are listed oldest first", directoryAgentOrder},
		{"e-mail addresses are compared without case", directoryEmailCase},
		{"an e-mail address belongs to one agent", directoryEmailTaken},
		{"a changed e-mail address is free again", directoryEmailChange},
	}
}

// website has something in each field.
func website(n uint32) chat.Website {
	after := 5 * time.Second
	return chat.Website{
		ID: websiteID(n), Name: "Example ü", Origins: []string{"https://example.com", "https://*.example.com"},
		Color: "#123456", Greeting: "Hello", TypingPreview: true, CreatedAt: at(int(n)),
		Cookie: chat.Cookie{Mode: chat.CookieOnOpen, Domain: "example.com", MaxAge: 36 * time.Hour},
		Retain: chat.Retention{IP: 400 * 24 * time.Hour},
		Triggers: []chat.Trigger{
			{Name: "hello", After: &after, URLPrefix: "/a", Message: "Hello?"},
			{Name: "asked", Message: "Yes?"},
		},
	}
}

func agent(n uint32, email string) chat.Agent {
	return chat.Agent{
		ID: agentID(n), Name: "Agent ü", Email: email, Avatar: "https://example.com/a.png",
		Websites: []chat.WebsiteID{websiteID(1), websiteID(2)}, CreatedAt: at(int(n)),
	}
}

func directoryWebsites(t *testing.T, s persistence.Store) {
	_, err := s.Website(t.Context(), websiteID(1))
	fails(t, "website", err, persistence.ErrNotFound)
	ok(t, "put", s.PutWebsite(t.Context(), website(1)))
	got, err := s.Website(t.Context(), websiteID(1))
	ok(t, "website", err)
	same(t, "website", got, website(1))
	_, err = s.Website(t.Context(), websiteID(2))
	fails(t, "website", err, persistence.ErrNotFound)

	changed := website(1)
	changed.Name, changed.Triggers, changed.Retain = "Other", nil, chat.Retention{}
	ok(t, "put", s.PutWebsite(t.Context(), changed))
	got, err = s.Website(t.Context(), websiteID(1))
	ok(t, "website", err)
	same(t, "website", got, changed)
}

func directoryWebsiteOrder(t *testing.T, s persistence.Store) {
	all, err := s.Websites(t.Context())
	ok(t, "websites", err)
	same(t, "websites", all, nil)
	a, b, c := website(1), website(2), website(3)
	a.CreatedAt, b.CreatedAt, c.CreatedAt = at(30), at(10), at(10)
	for _, w := range []chat.Website{c, a, b, c} {
		ok(t, "put", s.PutWebsite(t.Context(), w))
	}
	all, err = s.Websites(t.Context())
	ok(t, "websites", err)
	same(t, "websites", all, []chat.Website{b, c, a})
}

func directoryAgents(t *testing.T, s persistence.Store) {
	_, err := s.Agent(t.Context(), agentID(1))
	fails(t, "agent", err, persistence.ErrNotFound)
	ok(t, "put", s.PutAgent(t.Context(), agent(1, "ann@example.com")))
	got, err := s.Agent(t.Context(), agentID(1))
	ok(t, "agent", err)
	same(t, "agent", got, agent(1, "ann@example.com"))

	changed := agent(1, "ann@example.com")
	changed.Name, changed.Websites = "Other", []chat.WebsiteID{websiteID(3)}
	ok(t, "put", s.PutAgent(t.Context(), changed))
	got, err = s.AgentByEmail(t.Context(), "ann@example.com")
	ok(t, "agent by e-mail", err)
	same(t, "agent", got, changed)
}

func directoryAgentOrder(t *testing.T, s persistence.Store) {
	a, b, c := agent(1, "a@example.com"), agent(2, "b@example.com"), agent(3, "c@example.com")
	a.CreatedAt, b.CreatedAt, c.CreatedAt = at(30), at(10), at(10)
	for _, agent := range []chat.Agent{c, a, b, c} {
		ok(t, "put", s.PutAgent(t.Context(), agent))
	}
	all, err := s.Agents(t.Context())
	ok(t, "agents", err)
	same(t, "agents", all, []chat.Agent{b, c, a})
}

func directoryEmailCase(t *testing.T, s persistence.Store) {
	_, err := s.AgentByEmail(t.Context(), "nobody@example.com")
	fails(t, "agent by e-mail", err, persistence.ErrNotFound)
	ok(t, "put", s.PutAgent(t.Context(), agent(1, "Ännchen.Straße@Example.com")))
	for _, email := range []string{"Ännchen.Straße@Example.com", "ännchen.straße@example.com", "ÄNNCHEN.STRAßE@EXAMPLE.COM"} {
		got, err := s.AgentByEmail(t.Context(), email)
		ok(t, "agent by e-mail", err)
		same(t, "agent", got, agent(1, "Ännchen.Straße@Example.com"))
	}
	for _, email := range []string{"", "ännchen.straße@example.co", "ännchen.straße@example.comm"} {
		_, err := s.AgentByEmail(t.Context(), email)
		fails(t, "agent by another e-mail", err, persistence.ErrNotFound)
	}
}

func directoryEmailTaken(t *testing.T, s persistence.Store) {
	ok(t, "put", s.PutAgent(t.Context(), agent(1, "ann@example.com")))
	ok(t, "put", s.PutAgent(t.Context(), agent(2, "bob@example.com")))
	fails(t, "new agent", s.PutAgent(t.Context(), agent(3, "ANN@example.com")), persistence.ErrTaken)
	fails(t, "known agent", s.PutAgent(t.Context(), agent(2, "Ann@Example.com")), persistence.ErrTaken)
	_, err := s.Agent(t.Context(), agentID(3))
	fails(t, "refused agent", err, persistence.ErrNotFound)
	got, err := s.AgentByEmail(t.Context(), "bob@example.com")
	ok(t, "agent by e-mail", err)
	same(t, "agent", got, agent(2, "bob@example.com"))
	ok(t, "own e-mail in another case", s.PutAgent(t.Context(), agent(1, "Ann@Example.com")))
}

func directoryEmailChange(t *testing.T, s persistence.Store) {
	ok(t, "put", s.PutAgent(t.Context(), agent(1, "ann@example.com")))
	ok(t, "change", s.PutAgent(t.Context(), agent(1, "ann@example.org")))
	_, err := s.AgentByEmail(t.Context(), "ann@example.com")
	fails(t, "agent by the old e-mail", err, persistence.ErrNotFound)
	ok(t, "take the old e-mail", s.PutAgent(t.Context(), agent(2, "ann@example.com")))
	for n, email := range map[uint32]string{1: "ann@example.org", 2: "ann@example.com"} {
		got, err := s.AgentByEmail(t.Context(), email)
		ok(t, "agent by e-mail", err)
		same(t, "agent", got, agent(n, email))
	}
}
