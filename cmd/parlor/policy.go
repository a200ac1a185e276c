package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/engine"
	"github.com/parlor-chat/parlor/policy"
)

type policyCmd struct {
	Show     policyShowCmd     `cmd:"" default:"withargs" help:"Print the policy document of a website, or of all."`
	Explain  policyExplainCmd  `cmd:"" help:"Print what is held of one session, why, and until when."`
	Simulate policySimulateCmd `cmd:"" help:"Print what would be deleted until a day, if nothing else happened."`
}

type policyShowCmd struct {
	Website string `arg:"" optional:"" help:"Id of a website. Default: all."`
	JSON    bool   `name:"json" help:"Print JSON, one document a line."`
}

// Run implements the command.
func (c policyShowCmd) Run(ctx context.Context, s *settings, o output) (err error) {
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

type policyExplainCmd struct {
	Session string `arg:"" help:"Id of the session, or the value of the visitor's cookie."`
}

// Run implements the command.
func (c policyExplainCmd) Run(ctx context.Context, s *settings, o output) error {
	id, err := parseSession(c.Session)
	if err != nil {
		return err
	}
	return withDirectory(ctx, s, o, func(d engine.Directory) error {
		held, err := d.Explain(ctx, id)
		if err != nil {
			return err
		}
		return policy.WriteHeld(o.out, held)
	})
}

type policySimulateCmd struct {
	At time.Time `required:"" format:"2006-01-02" help:"The day, such as 2027-01-31, at its beginning (UTC)."`
}

// Run implements the command.
func (c policySimulateCmd) Run(ctx context.Context, s *settings, o output) error {
	return withDirectory(ctx, s, o, func(d engine.Directory) error {
		all, err := d.Simulate(ctx, c.At)
		if err != nil {
			return err
		}
		columns := []string{"WEBSITE", "NAME", "CONVERSATIONS", "DELETED", "ADDRESS FORGOTTEN", "ACCESSES FORGOTTEN BEFORE"}
		return table(o.out, columns, func(row func(...string)) {
			for _, w := range all {
				row(w.ID.String(), w.Website, fmt.Sprint(w.Conversations), fmt.Sprint(w.Deleted), fmt.Sprint(w.Addresses), w.Identified.UTC().Format(time.DateOnly))
			}
		})
	})
}
