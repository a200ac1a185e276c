package actors

import (
	"cmp"
	"slices"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/protocol"
)

// watch answers with the visitors who are on the website now.
func (w *website) watch(m *WatchVisitors) {
	delete(w.watchers, m.Conn)
	if m.Live {
		w.watchers[m.Conn] = struct{}{}
	}
	newest := make([]*protocol.LiveVisitor, 0, len(w.visitors))
	for _, v := range w.visitors {
		newest = append(newest, v)
	}
	slices.SortFunc(newest, func(a, b *protocol.LiveVisitor) int { return cmp.Compare(b.Since, a.Since) })
	newest = newest[:min(len(newest), protocol.MaxVisitorsListed)]
	m.Conn.Send(protocol.Encode(protocol.Visitors{
		Ref: m.Ref, Website: w.id, Count: len(w.visitors), Reset: true, Visitors: newest,
	}))
	m.Conn.Handled()
}

func (w *website) visitorOnline(ctx actor.Context, m visitorOnline) {
	w.visitors[m.visitor.Session] = m.visitor
	if len(w.watchers) == 0 {
		return
	}
	delete(w.changes.gone, m.visitor.Session)
	w.changes.online[m.visitor.Session] = struct{}{}
	w.changed(ctx)
}

func (w *website) visitorOffline(ctx actor.Context, m visitorOffline) {
	delete(w.visitors, m.session)
	if len(w.watchers) == 0 {
		return
	}
	delete(w.changes.online, m.session)
	w.changes.gone[m.session] = struct{}{}
	w.changed(ctx)
}

// flushVisitors tells those who watch who came, moved and left.
func (w *website) flushVisitors(c changes) {
	if len(w.watchers) == 0 || len(c.online)+len(c.gone) == 0 {
		return
	}
	frame := protocol.Visitors{Website: w.id, Count: len(w.visitors)}
	for session := range c.online {
		if len(frame.Visitors) == protocol.MaxVisitorsListed {
			break // a storm of arrivals: the count is right, the list is for people to look at
		}
		frame.Visitors = append(frame.Visitors, w.visitors[session])
	}
	for session := range c.gone {
		frame.Gone = append(frame.Gone, session)
	}
	w.tell(w.watchers, frame)
}
