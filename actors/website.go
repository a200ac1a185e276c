package actors

import (
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
)

const (
	// flushEvery is how often each agent hears of changes at most: four times a second.
	flushEvery = 250 * time.Millisecond
	// awayAfter is how long an agent may be gone before others are told: long enough for a page reload.
	awayAfter = 5 * time.Second
)

// websiteID tells a website's actor who it is: its first message.
type websiteID chat.WebsiteID

// website owns what an inbox shows of one website: live visitors, changes of conversations, the agents' presence. It keeps nothing that
// the store or the sessions do not know.
type website struct {
	sys  *System
	id   chat.WebsiteID
	site *Site

	// inboxes and watchers are the connections of agents, and what they look at.
	inboxes  map[Connection]struct{}
	watchers map[Connection]struct{}

	visitors map[chat.SessionID]*protocol.LiveVisitor
	agents   map[chat.AgentID]*agentPresence
	byConn   map[Connection]chat.AgentID

	changes changes
	flushed time.Time
	// flushing says that a flush is on its way.
	flushing bool
}

// changes are what agents have not been told yet.
type changes struct {
	conversations map[chat.SessionID]conversationChanged
	removed       map[chat.SessionID]struct{}
	online        map[chat.SessionID]struct{}
	gone          map[chat.SessionID]struct{}
	presence      bool
}

func newChanges() changes {
	return changes{
		conversations: make(map[chat.SessionID]conversationChanged),
		removed:       make(map[chat.SessionID]struct{}),
		online:        make(map[chat.SessionID]struct{}),
		gone:          make(map[chat.SessionID]struct{}),
	}
}

func newWebsite(sys *System) *website {
	return &website{
		sys:      sys,
		inboxes:  make(map[Connection]struct{}),
		watchers: make(map[Connection]struct{}),
		visitors: make(map[chat.SessionID]*protocol.LiveVisitor),
		agents:   make(map[chat.AgentID]*agentPresence),
		byConn:   make(map[Connection]chat.AgentID),
		changes:  newChanges(),
	}
}

// Receive implements actor.Actor.
func (w *website) Receive(ctx actor.Context) {
	defer w.recoverPanic(ctx)
	switch m := ctx.Message().(type) {
	case websiteID:
		w.id = chat.WebsiteID(m)
	case *Subscribe:
		w.subscribe(m)
	case unsubscribe:
		delete(w.inboxes, m.conn)
		delete(w.watchers, m.conn)
	case *WatchVisitors:
		w.watch(m)
	case agentOnline:
		w.agentOnline(ctx, m)
	case agentOffline:
		w.agentOffline(ctx, m)
	case agentAway:
		w.agentAway(ctx, m)
	case visitorOnline:
		w.visitorOnline(ctx, m)
	case visitorOffline:
		w.visitorOffline(ctx, m)
	case conversationChanged:
		w.conversationChanged(ctx, m)
	case conversationRemoved:
		w.conversationRemoved(ctx, m)
	case flush:
		w.flushing = false
		w.flush()
	}
}

// recoverPanic keeps the lists alive: they are rebuilt from what sessions announce, and one bad announcement must not take them along.
func (w *website) recoverPanic(ctx actor.Context) {
	if cause := recover(); cause != nil {
		refuseUndelivered(ctx.Message())
		w.sys.stats.Panics.Add(1)
		w.sys.log.Error("a website's actor failed on one message and goes on. Please report this.", slog.String("stack", string(debug.Stack())))
	}
}

// known makes sure that the website's settings are at hand.
func (w *website) known() bool {
	if w.site == nil {
		ctx := w.sys.waits.context()
		site, err := w.sys.websites.get(ctx, w.id)
		if err != nil {
			return false
		}
		w.site = site
	}
	return true
}

// changed makes sure that agents are told soon: at once after a quiet while, else at the end of the current quarter second.
func (w *website) changed(ctx actor.Context) {
	if w.flushing {
		return
	}
	wait := flushEvery - time.Since(w.flushed)
	if wait <= 0 {
		w.flush()
		return
	}
	w.flushing = true
	self, root := ctx.Self(), w.sys.actors.Root
	time.AfterFunc(wait, func() { root.Send(self, flush{}) })
}

// flush tells agents what changed: each frame is encoded once for all of them.
func (w *website) flush() {
	w.flushed = time.Now()
	c := w.changes
	w.changes = newChanges()
	for _, change := range c.conversations {
		w.tell(w.inboxes, protocol.Conversation{Website: w.id, Conversation: protocol.Summarize(&change.head, change.online)})
	}
	for session := range c.removed {
		w.tell(w.inboxes, protocol.Removed{Website: w.id, Session: session})
	}
	if c.presence {
		w.tell(w.inboxes, protocol.AgentPresence{Website: w.id, Agents: w.agentList()})
	}
	w.flushVisitors(c)
}

func (w *website) tell(conns map[Connection]struct{}, frame protocol.ServerFrame) {
	if len(conns) == 0 {
		return
	}
	encoded := protocol.Encode(frame)
	for conn := range conns {
		conn.Send(encoded)
	}
}
