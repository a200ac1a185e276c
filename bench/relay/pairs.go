package relay

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
)

// Paths and parameters by which clients say who they are: /visitor?id=17&agent=3 and /agent?id=3.
const (
	VisitorPath = "/visitor"
	AgentPath   = "/agent"
	// Everybody in place of an agent's number: the visitor's messages go to all agents.
	Everybody = "all"
)

// everybody is Everybody as a number; no agent has it.
const everybody = -1 << 31

// pairs knows which agents' connections a visitor's messages go to.
type pairs[C any] struct {
	mu     sync.RWMutex
	agents map[int]C
	// all are the connections of agents, replaced and never changed: whoever sends to all of them holds no lock.
	all []C
}

func newPairs[C any]() *pairs[C] { return &pairs[C]{agents: make(map[int]C)} }

func (p *pairs[C]) set(agent int, c C) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.agents[agent] = c
	p.all = slices.Collect(maps.Values(p.agents))
}

func (p *pairs[C]) remove(agent int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.agents, agent)
	p.all = slices.Collect(maps.Values(p.agents))
}

// each calls send for every connection that a visitor's message goes to, until one fails.
func (p *pairs[C]) each(agent int, send func(C) error) error {
	if agent != everybody {
		if c, ok := p.get(agent); ok {
			return send(c)
		}
		return nil
	}
	p.mu.RLock()
	all := p.all
	p.mu.RUnlock()
	for _, c := range all {
		if err := send(c); err != nil {
			return err
		}
	}
	return nil
}

func (p *pairs[C]) get(agent int) (C, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	c, ok := p.agents[agent]
	return c, ok
}

// audience reads which agents a visitor talks to.
func audience(r *http.Request) (int, error) {
	if r.URL.Query().Get("agent") == Everybody {
		return everybody, nil
	}
	return number(r, "agent")
}

// number reads a query parameter.
func number(r *http.Request, name string) (int, error) {
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err != nil {
		return 0, errors.New("relay: " + name + " must be a number")
	}
	return n, nil
}
