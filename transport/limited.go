package transport

import (
	"time"

	"github.com/parlor-chat/parlor/chat"
)

// admitMessage counts a message against the visitor's address and network (P11), or says when it may come.
func (v *visitor) admitMessage() *chat.Error {
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
