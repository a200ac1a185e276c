package engine

import (
	"context"
	"errors"
	"io"

	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/subject"
	"github.com/parlor-chat/parlor/transport"
)

// mostExportBytes bounds what an agent's export holds in memory: some 100,000 messages. A visitor who writes for days must not be able to take
// the node's memory by asking for a copy; an operator's export has no bound.
const mostExportBytes = 32 << 20

// exportForAgent gathers what is held on a visitor, and records who asked before anything is handed out. Identification records and the audit log are
// not for agents. Errors: a *chat.Error, or a fault of the store.
func (o *Operator) exportForAgent(ctx context.Context, e transport.Export) (func(io.Writer) error, error) {
	document, err := o.gatherForAgent(ctx, e)
	if err == nil && document.Where == "disk" { // nothing of a temporary session goes to the disk, not even its id (P9)
		_, err = o.store.Record(ctx, persistence.AuditEntry{
			Deed: persistence.DeedExported, Website: e.Website, Session: e.Session, By: e.By.Account(),
		})
	}
	switch {
	case errors.Is(err, actors.ErrUnknownSession), errors.Is(err, persistence.ErrNotFound):
		return nil, &chat.Error{Code: chat.CodeUnknownSession, Message: "there is no such session"}
	case errors.Is(err, persistence.ErrErased):
		return nil, &chat.Error{Code: chat.CodeSessionClosed, Message: "the session was deleted"}
	case errors.Is(err, subject.ErrTooLarge):
		return nil, &chat.Error{Code: chat.CodeTooLarge, Message: "too much for the inbox; the operator can export it: parlor subject export"}
	case err != nil:
		return nil, err
	case e.HTML:
		return document.WriteHTML, nil
	}
	return document.WriteJSON, nil
}

func (o *Operator) gatherForAgent(ctx context.Context, e transport.Export) (d subject.Document, err error) {
	website, err := o.store.Website(ctx, e.Website)
	if err != nil {
		return d, err
	}
	session, err := o.system.Inspect(ctx, e.Website, e.Session)
	if err != nil {
		return d, err
	}
	return subject.Gather(ctx, subject.Source{
		Store: o.store, Website: website, State: session.State, Messages: session.Messages, Notes: session.Notes, MostBytes: mostExportBytes,
	})
}
