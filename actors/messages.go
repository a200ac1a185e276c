package actors

import (
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
)

// Attach joins a visitor's connection to a session.
type Attach struct {
	Website chat.WebsiteID
	Session chat.SessionID
	// SecretHash is SHA-256 of the secret that the visitor brought.
	SecretHash [32]byte
	// Create makes a new temporary session if there is none. Without it an unknown session is refused.
	Create bool
	// Fresh says that session and secret were made for this call: nobody looks in the store for them.
	Fresh bool
	// Admit, when there is one, is asked before a session is made, and may refuse it. It must not block.
	Admit  func() *chat.Error
	Access chat.Access
	Resume *protocol.Resume
	// Welcome is the answer as far as the transport knows it; the session fills in its own part.
	Welcome protocol.VisitorWelcome
	Conn    Connection

	result chan<- error
}

// Open joins an agent's connection to a session; the answer is an opened or error frame.
type Open struct {
	Website chat.WebsiteID
	Session chat.SessionID
	Agent   chat.Participant
	Ref     int64
	Resume  *protocol.Resume
	Conn    Connection
}

// Command is something that a participant wants of a session. Answers go to Conn as frames; Conn.Handled is called once.
type Command struct {
	Website chat.WebsiteID
	Session chat.SessionID
	From    chat.Participant
	Command chat.Command
	Ref     int64
	Conn    Connection
}

// Subscribe shows a website's inbox to an agent's connection; the answer is an inbox frame.
type Subscribe struct {
	Website chat.WebsiteID
	Ref     int64
	Query   InboxQuery
	// Live makes later changes arrive too; without it this is just another page.
	Live bool
	Conn Connection
}

// WatchVisitors shows the live visitors of a website, once or, with Live, from now on. Without Live a watch ends.
type WatchVisitors struct {
	Website chat.WebsiteID
	Ref     int64
	Live    bool
	Conn    Connection
}

// What shards route: a message for a session or a website.
type (
	toSession struct {
		website chat.WebsiteID
		id      chat.SessionID
		body    any
		// child is the session that it was sent to at last.
		child *child
	}
	// commandToSession is a command with its envelope: most messages are of this kind, and one allocation does for both.
	commandToSession struct {
		toSession
		command Command
	}
	toWebsite struct {
		id   chat.WebsiteID
		body any
	}
)

// Messages to a session, beside *Attach, *Open and *Command.
type (
	// detach ends a connection's part in the session. done, when there is one, is closed when nothing more comes from there.
	detach struct {
		conn Connection
		done chan<- struct{}
	}
	// tick is the inactivity timer with its number; an older number is a timer that was replaced.
	tick struct{ number uint64 }
	// yield asks a session that nobody looks at to rest: its shard needs room.
	yield struct{}
	// release makes a session leave the memory, when nothing waits for it any more.
	release struct{}
	// reconcile tries again to learn what the store holds after a commit in doubt.
	reconcile struct{}
	// announceConversation tells the website what was held back to spare it.
	announceConversation struct{}
	// presenceChanged tells the session's visitors who answers now.
	presenceChanged struct{ frame []byte }
)

// Messages to a website, beside *Subscribe and *WatchVisitors.
type (
	unsubscribe struct{ conn Connection }
	agentOnline struct {
		agent protocol.AgentInfo
		conn  Connection
	}
	agentOffline struct{ conn Connection }
	// visitorOnline adds or updates a live visitor, visitorOffline removes one.
	visitorOnline       struct{ visitor *protocol.LiveVisitor }
	visitorOffline      struct{ session chat.SessionID }
	conversationChanged struct {
		head   chat.Head
		online bool
	}
	conversationRemoved struct{ session chat.SessionID }
	flush               struct{}
)

// Messages to a shard, beside those it routes and a *rested that another system left.
type (
	// drain makes the shard poison all its children and answer on done, with what rests: it is the receiver's from then on.
	drain struct{ done chan<- []*rested }
	// expireRested says that the time of a session at rest has come.
	expireRested struct{}
)
