package actors

import (
	"cmp"
	"slices"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
)

// Presence says who of a website's agents answers now. Values are never changed after they were made.
type Presence struct {
	Online bool
	Agents []protocol.AgentInfo
}

// agentPresence is one agent with the connections that are open for it.
type agentPresence struct {
	info  protocol.AgentInfo
	conns int
}

// agentAway ends the grace of an agent whose last connection closed.
type agentAway struct{ agent chat.AgentID }

// AgentOnline makes an agent present on its websites for as long as the connection lasts; the transport calls AgentOffline at its end.
func (s *System) AgentOnline(agent chat.Agent, conn Connection) {
	info := protocol.AgentInfo{ID: agent.ID, Name: agent.Name, Avatar: agent.Avatar}
	for _, id := range agent.Websites {
		s.toWebsite(id, agentOnline{info, conn})
	}
}

// AgentOffline ends what AgentOnline began, and everything that the connection looked at.
func (s *System) AgentOffline(agent chat.Agent, conn Connection) {
	for _, id := range agent.Websites {
		s.toWebsite(id, agentOffline{conn})
	}
}

func (w *website) agentOnline(ctx actor.Context, m agentOnline) {
	p := w.agents[m.agent.ID]
	if p == nil {
		p = new(agentPresence)
		w.agents[m.agent.ID] = p
	}
	p.info = m.agent
	p.conns++
	w.byConn[m.conn] = m.agent.ID
	w.presenceChanged(ctx)
}

func (w *website) agentOffline(ctx actor.Context, m agentOffline) {
	delete(w.inboxes, m.conn)
	delete(w.watchers, m.conn)
	id, ok := w.byConn[m.conn]
	if !ok {
		return
	}
	delete(w.byConn, m.conn)
	if w.agents[id].conns--; w.agents[id].conns > 0 {
		return
	}
	self, root := ctx.Self(), w.sys.actors.Root
	time.AfterFunc(awayAfter, func() { root.Send(self, agentAway{id}) })
}

func (w *website) agentAway(ctx actor.Context, m agentAway) {
	if p := w.agents[m.agent]; p != nil && p.conns == 0 {
		delete(w.agents, m.agent)
		w.presenceChanged(ctx)
	}
}

// presenceChanged tells agents, and visitors when it matters to them: whether somebody answers, and who.
func (w *website) presenceChanged(ctx actor.Context) {
	if !w.known() {
		return
	}
	present := make([]protocol.AgentInfo, 0, len(w.agents))
	for _, p := range w.agents {
		present = append(present, p.info)
	}
	slices.SortFunc(present, func(a, b protocol.AgentInfo) int { return cmp.Compare(a.Name, b.Name) })
	before := w.site.Presence()
	if slices.Equal(before.Agents, present) {
		return
	}
	now := Presence{Online: len(present) > 0, Agents: present}
	w.site.presence.Store(&now)
	w.changes.presence = true
	w.changed(ctx)
	frame := protocol.Encode(protocol.VisitorPresence{Online: now.Online, Agents: now.Agents})
	for session := range w.visitors {
		w.sys.toSession(w.id, session, presenceChanged{frame})
	}
}

// agentList names everybody who answers for the website, present or not.
func (w *website) agentList() []protocol.AgentInfo {
	ctx := w.sys.waits.context()
	all, err := w.sys.store.Agents(ctx)
	if err != nil {
		return w.site.Presence().Agents
	}
	var list []protocol.AgentInfo
	for i := range all {
		if all[i].Serves(w.id) {
			_, online := w.agents[all[i].ID]
			list = append(list, protocol.AgentInfo{ID: all[i].ID, Name: all[i].Name, Avatar: all[i].Avatar, Online: &online})
		}
	}
	return list
}
