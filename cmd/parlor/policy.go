package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/policy"
)

type policyCmd struct {
	Website string `arg:"" optional:"" help:"Id of a website. Default: all."`
	JSON    bool   `name:"json" help:"Print JSON, one document a line."`
}

// Run implements the command.
func (c policyCmd) Run(ctx context.Context, s *settings, o output) (err error) {
	d, l, err := s.directory(ctx, o)
	if err != nil {
		return err
	}
	defer closing(d, &err)
	websites, err := d.Websites(ctx)
	if err != nil {
		return err
	}
	if c.Website != "" {
		w, err := findWebsite(ctx, d, c.Website)
		if err != nil {
			return err
		}
		websites = []chat.Website{w}
	}
	for i, w := range websites {
		document := policy.Describe(l.PolicyFacts(), w)
		if c.JSON {
			if err := json.NewEncoder(o.out).Encode(document); err != nil {
				return err
			}
			continue
		}
		if i > 0 {
			fmt.Fprintln(o.out)
		}
		if err := document.WriteText(o.out); err != nil {
			return err
		}
	}
	if len(websites) == 0 {
		fmt.Fprintln(o.log, "There is no website yet, and nothing is kept. Add one with: parlor website add")
	}
	return nil
}
