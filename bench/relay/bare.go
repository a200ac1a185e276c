package relay

import (
	"context"
	"net/http"

	"github.com/coder/websocket"
)

// Bare is a relay on net/http and coder/websocket with their defaults, as one would write it first.
func Bare() http.Handler {
	p := newPairs[*websocket.Conn]()
	mux := http.NewServeMux()
	mux.HandleFunc(VisitorPath, func(w http.ResponseWriter, r *http.Request) { bareVisitor(w, r, p) })
	mux.HandleFunc(AgentPath, func(w http.ResponseWriter, r *http.Request) { bareAgent(w, r, p) })
	return mux
}

// bareVisitor passes on what the visitor says; while the agent is not there, nobody hears it.
func bareVisitor(w http.ResponseWriter, r *http.Request, p *pairs[*websocket.Conn]) {
	agent, err := audience(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // answered
	}
	defer func() { _ = c.CloseNow() }()
	for {
		kind, data, err := c.Read(context.Background())
		if err != nil {
			return
		}
		if err := p.each(agent, func(to *websocket.Conn) error { return to.Write(context.Background(), kind, data) }); err != nil {
			return
		}
	}
}

// bareAgent sends back what the agent says first.
func bareAgent(w http.ResponseWriter, r *http.Request, p *pairs[*websocket.Conn]) {
	id, err := number(r, "id")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // answered
	}
	defer func() { _ = c.CloseNow() }()
	p.set(id, c)
	defer p.remove(id)
	for first := true; ; first = false {
		kind, data, err := c.Read(context.Background())
		if err == nil && first {
			err = c.Write(context.Background(), kind, data) // from now on the agent misses nothing
		}
		if err != nil {
			return
		}
	}
}
