package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/chat"
)

// makeUp withdraws again the consent that was withdrawn after the backup that this store is, before anybody is served (P13, G24).
func (n *Node) makeUp(ctx context.Context) error {
	withdrawn, err := n.store.Withdrawn(ctx)
	if err != nil {
		return fmt.Errorf("engine: make up for withdrawn consent: %w", err)
	}
	for _, s := range withdrawn {
		err := n.system.Order(ctx, s.Website, s.Session, chat.Participant{Role: chat.RoleSystem}, chat.SetConsent{})
		var refusal *chat.Error
		if err == nil || errors.Is(err, actors.ErrUnknownSession) || (errors.As(err, &refusal) && refusal.Code == chat.CodeUnknownWebsite) {
			err = n.store.MadeUp(ctx, s) // done, or the backup is from before the session or the website
		}
		if err != nil {
			return fmt.Errorf("engine: make up for withdrawn consent: %w", err)
		}
	}
	return nil
}
