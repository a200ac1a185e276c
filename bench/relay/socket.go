package relay

import (
	"bytes"
	"net/http"

	"github.com/parlor-chat/parlor/transport/socket"
)

// Socket is the same relay on transport/socket: what that layer costs alone. The caller shuts the server down.
func Socket() (http.Handler, *socket.Server) {
	s := socket.NewServer(socket.Limits{OutboxBytes: 1 << 20})
	p := newPairs[*socket.Conn]()
	mux := http.NewServeMux()
	mux.HandleFunc(VisitorPath, func(w http.ResponseWriter, r *http.Request) {
		agent, err := audience(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_ = s.Upgrade(w, r, &visitor{pairs: p, agent: agent}) // on an error the request is answered
	})
	mux.HandleFunc(AgentPath, func(w http.ResponseWriter, r *http.Request) {
		id, err := number(r, "id")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		_ = s.Upgrade(w, r, &agent{pairs: p, id: id})
	})
	return mux, s
}

// visitor passes on what it is sent.
type visitor struct {
	pairs *pairs[*socket.Conn]
	agent int
}

func (v *visitor) OnOpen(*socket.Conn) {}

func (v *visitor) OnMessage(data []byte) {
	data = bytes.Clone(data)
	_ = v.pairs.each(v.agent, func(to *socket.Conn) error { to.Send(data); return nil }) // Send has no error
}

func (v *visitor) OnClose(socket.Code, string) {}

// agent receives. What it says first is sent back: from then on it misses nothing.
type agent struct {
	pairs *pairs[*socket.Conn]
	id    int
	conn  *socket.Conn
	heard bool
}

func (a *agent) OnOpen(c *socket.Conn) {
	a.conn = c
	a.pairs.set(a.id, c)
}

func (a *agent) OnMessage(data []byte) {
	if !a.heard {
		a.heard = true
		a.conn.Send(bytes.Clone(data))
	}
}

func (a *agent) OnClose(socket.Code, string) { a.pairs.remove(a.id) }
