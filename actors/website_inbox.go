package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/protocol"
)

// InboxQuery selects a page of a website's conversations.
type InboxQuery = persistence.InboxQuery

// Filter selects conversations by their state.
type Filter = persistence.Filter

// subscribe answers with a page of the inbox. The page is read here, between two changes, so that what follows continues it.
func (w *website) subscribe(b *Subscribe) {
	ctx := w.sys.waits.context()
	page, err := w.sys.store.Inbox(ctx, w.id, b.Query)
	if err != nil || !w.known() {
		b.Conn.Send(protocol.EncodeError(b.Ref, chat.MessageID{}, storeRefusal(err)))
		b.Conn.Handled()
		return
	}
	if b.Live {
		w.inboxes[b.Conn] = struct{}{}
	}
	answer := protocol.Inbox{Ref: b.Ref, Website: w.id, Next: page.Next, Visitors: len(w.visitors), Agents: w.agentList()}
	for i := range page.Heads {
		_, online := w.visitors[page.Heads[i].ID]
		answer.Conversations = append(answer.Conversations, protocol.Summarize(&page.Heads[i], online))
	}
	b.Conn.Send(protocol.Encode(answer))
	b.Conn.Handled()
}

func (w *website) conversationChanged(ctx actor.Context, m conversationChanged) {
	if len(w.inboxes) == 0 {
		return
	}
	w.changes.conversations[m.head.ID] = m
	w.changed(ctx)
}

func (w *website) conversationRemoved(ctx actor.Context, m conversationRemoved) {
	delete(w.visitors, m.session)
	delete(w.changes.conversations, m.session)
	delete(w.changes.online, m.session)
	w.changes.removed[m.session] = struct{}{}
	w.changes.gone[m.session] = struct{}{}
	w.changed(ctx)
}
