package relay

import (
	"errors"
	"net/http"
	"strconv"
	"sync"
)

// Paths and parameters by which clients say who they are: /visitor?id=17&agent=3 and /agent?id=3.
const (
	VisitorPath = "/visitor"
	AgentPath   = "/agent"
)

// pairs knows which agent's connection a visitor's messages go to.
type pairs[C any] struct {
	mu     sync.RWMutex
	agents map[int]C
}

func newPairs[C any]() *pairs[C] { return &pairs[C]{agents: make(map[int]C)} }

func (p *pairs[C]) set(agent int, c C) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.agents[agent] = c
}

func (p *pairs[C]) remove(agent int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.agents, agent)
}

func (p *pairs[C]) get(agent int) (C, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	c, ok := p.agents[agent]
	return c, ok
}

// number reads a query parameter.
func number(r *http.Request, name string) (int, error) {
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err != nil {
		return 0, errors.New("relay: " + name + " must be a number")
	}
	return n, nil
}
