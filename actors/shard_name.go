package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
)

// The kinds of a shard's children.
const (
	sessionKind = "s"
	websiteKind = "w"
)

// spawn starts the actor of a session or a website. Its name is what it is, so that the shard needs no table to know whose end it is told of.
func spawn[ID chat.SessionID | chat.WebsiteID](ctx actor.Context, props *actor.Props, kind string, id ID) *actor.PID {
	b := [16]byte(id)
	pid, err := ctx.SpawnNamed(props, kind+string(b[:]))
	if err != nil {
		panic(err) // there is one of it already, which a shard knows
	}
	return pid
}

// named tells an actor's kind and id.
func named(pid *actor.PID) (kind string, id [16]byte) {
	at := len(pid.Id) - len(id)
	copy(id[:], pid.Id[at:])
	return pid.Id[at-1 : at], id
}
