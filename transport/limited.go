package transport

import (
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
)

// heldBack answers what is not taken because of where it comes from. What is typed is not shown then, as with a visitor who is blocked.
func (v *visitor) heldBack(f *protocol.ClientFrame, c chat.Command) bool {
	switch c.(type) {
	case chat.PostMessage:
		refusal := v.admitMessage()
		if refusal == nil {
			return false
		}
		v.refuse(f, refusal)
	case chat.Compose:
		if !v.isRefused() {
			return false
		}
		if f.Ref != 0 {
			v.Send(protocol.EncodeDone(f.Ref))
		}
	default:
		return false
	}
	return true
}

// isRefused reports a verdict on the visitor's networks. It is looked up when there are other ones than at the last time.
func (v *visitor) isRefused() bool {
	verdicts := v.t.config.Verdicts
	if version := verdicts.Version(); version != v.version {
		v.version, v.refused = version, verdicts.Refused(v.addr.Addr())
	}
	return v.refused
}

// admitMessage counts a message against the visitor's address and network (P11), or says when it may come.
func (v *visitor) admitMessage() *chat.Error {
	if v.isRefused() {
		v.t.stats.Limited.Add(1)
		return &chat.Error{Code: chat.CodeBlocked, Message: "messages are not accepted from this network"}
	}
	wait, ok := v.t.config.Messages.Take(v.addr.Addr())
	if ok {
		return nil
	}
	v.t.stats.Limited.Add(1)
	return &chat.Error{Code: chat.CodeRateLimited, Message: "too many messages from this network", Retry: wait}
}

// admitSession counts a new session likewise. It may be called from any goroutine. The refusal is one that makes the client wait for a random time
// before it comes back: those who share an address must not come all at once.
func (v *visitor) admitSession() *chat.Error {
	wait, ok := v.t.config.Sessions.Take(v.addr.Addr())
	if ok {
		return nil
	}
	v.t.stats.Limited.Add(1)
	return &chat.Error{Code: chat.CodeBusy, Message: "too many visitors from this network", Retry: max(wait, time.Second)}
}
