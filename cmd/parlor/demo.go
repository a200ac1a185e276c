package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"

	"github.com/parlor-chat/parlor/accounts"
	"github.com/parlor-chat/parlor/engine"
)

// demoCmd serves the demo until it is interrupted.
type demoCmd struct {
	JSON        bool `name:"json" help:"Print one line of JSON when ready, for scripts."`
	NewPassword bool `help:"Give the demo agent a new password."`
}

// demoReady is what scripts read.
type demoReady struct {
	URL     string    `json:"url"`
	Website string    `json:"website"`
	Agent   demoLogin `json:"agent"`
	Data    string    `json:"data"`
	Admin   string    `json:"admin"`
}

type demoLogin struct {
	Email string `json:"email"`
	// Password is empty when it was made at an earlier start.
	Password string `json:"password"`
}

// Run implements the command.
func (d demoCmd) Run(ctx context.Context, s *settings, o output) error {
	l, err := s.load(func(c *engine.Config) {
		c.Demo = true
		c.Admin.Listen = "127.0.0.1:0" // a second demo should not fail for a port nobody asked for
	})
	if err != nil {
		return err
	}
	l.Demo = true
	if s.LogLevel == "" {
		l.Log.Level = "warn" // what a newcomer reads is the text below
	}
	return serve(ctx, l.Config, l.Log.logger(o.log), func(n *engine.Node) error {
		ready, err := d.ready(ctx, n, l.Store.Dir)
		if err != nil {
			return err
		}
		if d.JSON {
			return json.NewEncoder(o.out).Encode(ready)
		}
		return ready.print(o.out)
	})
}

func (d demoCmd) ready(ctx context.Context, n *engine.Node, dir string) (demoReady, error) {
	demo := n.Demo()
	if d.NewPassword && demo.Password == "" {
		demo.Password = accounts.NewPassword()
		if err := n.Operator().SetPassword(ctx, demo.Agent, demo.Password); err != nil {
			return demoReady{}, err
		}
	}
	dir, err := filepath.Abs(dir)
	return demoReady{
		URL: n.URL(), Website: demo.Website.String(), Agent: demoLogin{demo.Email, demo.Password},
		Data: dir, Admin: n.AdminURL(),
	}, err
}

func (r demoReady) print(w io.Writer) error {
	password := r.Agent.Password + "   (shown this once)"
	if r.Agent.Password == "" {
		password = "the one from the first start (a new one: parlor demo --new-password)"
	}
	_, err := fmt.Fprintf(w, `
  Parlor is ready.

  Be a visitor    %[1]s/demo
  Be an agent     %[1]s/inbox/
       e-mail     %[2]s
       password   %[3]s

  What is kept    %[1]s/policy/%[4]s
  Health          %[5]s/readyz
  Data            %[6]s

  Ctrl+C stops it; everything said is there at the next start.

`, r.URL, r.Agent.Email, password, r.Website, r.Admin, r.Data)
	return err
}
