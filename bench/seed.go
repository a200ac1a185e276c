package main

import (
	"context"
	"errors"

	"github.com/parlor-chat/parlor/bench/seed"
	"github.com/parlor-chat/parlor/chat"
)

// seedCmd fills a data directory.
type seedCmd struct {
	Data     string `required:"" help:"Data directory. No node may have it open." type:"path" placeholder:"DIR"`
	Website  string `required:"" help:"Id of the website whose conversations they are." placeholder:"ID"`
	Messages int    `required:"" help:"How many messages, 200 in each conversation."`
}

// Run implements the command.
func (s seedCmd) Run(ctx context.Context) error {
	website, err := chat.ParseWebsiteID(s.Website)
	if err != nil {
		return errors.New("website: use the id that parlor website list shows")
	}
	if s.Messages < 1 {
		return errors.New("messages: use 1 or more")
	}
	return seed.Fill(ctx, s.Data, website, s.Messages)
}
