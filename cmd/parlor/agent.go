package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/parlor-chat/parlor/accounts"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/engine"
)

type agentCmd struct {
	Add      agentAddCmd      `cmd:"" help:"Add an agent and print a password."`
	List     agentListCmd     `cmd:"" help:"List the agents."`
	Set      agentSetCmd      `cmd:"" help:"Change an agent; what is not named stays."`
	Password agentPasswordCmd `cmd:"" help:"Give an agent a new password and end their logins."`
}

// passwordFlag says where a password comes from. It is never an argument: those can be seen by everybody on the machine.
type passwordFlag struct {
	Stdin bool `help:"Read the password from standard input instead of making one."`
}

// choose returns a password, and whether it was made here and is to be shown.
func (p passwordFlag) choose(in io.Reader) (password string, made bool, err error) {
	if !p.Stdin {
		return accounts.NewPassword(), true, nil
	}
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", false, fmt.Errorf("read the password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), false, nil
}

type agentAddCmd struct {
	Email    string       `arg:"" help:"E-mail address to log in with."`
	Name     string       `required:"" help:"Name that visitors see."`
	Avatar   string       `help:"URL of a picture."`
	Website  []string     `help:"Id of a website to answer for; repeat for more. Default: all there are."`
	Password passwordFlag `embed:""`
}

// Run implements the command.
func (c *agentAddCmd) Run(ctx context.Context, s *settings, o output) (err error) {
	d, _, err := s.directory(ctx, o)
	if err != nil {
		return err
	}
	defer closing(d, &err)
	websites, err := chooseWebsites(ctx, d, c.Website)
	if err != nil {
		return err
	}
	password, made, err := c.Password.choose(os.Stdin)
	if err != nil {
		return err
	}
	a, err := d.PutAgent(ctx, chat.Agent{Name: c.Name, Email: c.Email, Avatar: c.Avatar, Websites: websites})
	if err != nil {
		return err
	}
	if err := d.SetPassword(ctx, a.ID, password); err != nil {
		return fmt.Errorf("the agent was added without a password; set one with parlor agent password: %w", err)
	}
	fmt.Fprintf(o.out, "Added agent %s for %d website(s).\n", a.ID, len(websites))
	showPassword(o.out, password, made)
	return nil
}

func showPassword(w io.Writer, password string, made bool) {
	if made {
		fmt.Fprintf(w, "Password, shown this once: %s\n", password)
	}
}

// chooseWebsites finds the named websites, or all.
func chooseWebsites(ctx context.Context, d engine.Directory, names []string) ([]chat.WebsiteID, error) {
	var ids []chat.WebsiteID
	if len(names) == 0 {
		websites, err := d.Websites(ctx)
		for _, w := range websites {
			ids = append(ids, w.ID)
		}
		return ids, err
	}
	for _, name := range names {
		w, err := findWebsite(ctx, d, name)
		if err != nil {
			return nil, err
		}
		ids = append(ids, w.ID)
	}
	return ids, nil
}

type agentListCmd struct{}

// Run implements the command.
func (agentListCmd) Run(ctx context.Context, s *settings, o output) (err error) {
	d, _, err := s.directory(ctx, o)
	if err != nil {
		return err
	}
	defer closing(d, &err)
	agents, err := d.Agents(ctx)
	if err != nil {
		return err
	}
	return table(o.out, []string{"ID", "NAME", "E-MAIL", "WEBSITES"}, func(row func(...string)) {
		for _, a := range agents {
			row(a.ID.String(), a.Name, a.Email, fmt.Sprint(len(a.Websites)))
		}
	})
}

type agentSetCmd struct {
	Email   string   `arg:"" help:"E-mail address of the agent."`
	Name    *string  `help:"Name that visitors see."`
	Avatar  *string  `help:"URL of a picture."`
	Website []string `help:"Id of a website to answer for, in place of those so far; repeat for more."`
}

// Run implements the command.
func (c *agentSetCmd) Run(ctx context.Context, s *settings, o output) (err error) {
	d, _, err := s.directory(ctx, o)
	if err != nil {
		return err
	}
	defer closing(d, &err)
	a, err := findAgent(ctx, d, c.Email)
	if err != nil {
		return err
	}
	set(&a.Name, c.Name)
	set(&a.Avatar, c.Avatar)
	if len(c.Website) > 0 {
		if a.Websites, err = chooseWebsites(ctx, d, c.Website); err != nil {
			return err
		}
	}
	if _, err := d.PutAgent(ctx, a); err != nil {
		return err
	}
	fmt.Fprintf(o.out, "Changed agent %s.\n", a.ID)
	return nil
}

type agentPasswordCmd struct {
	Email    string       `arg:"" help:"E-mail address of the agent."`
	Password passwordFlag `embed:""`
}

// Run implements the command.
func (c *agentPasswordCmd) Run(ctx context.Context, s *settings, o output) (err error) {
	d, _, err := s.directory(ctx, o)
	if err != nil {
		return err
	}
	defer closing(d, &err)
	a, err := findAgent(ctx, d, c.Email)
	if err != nil {
		return err
	}
	password, made, err := c.Password.choose(os.Stdin)
	if err != nil {
		return err
	}
	if err := d.SetPassword(ctx, a.ID, password); err != nil {
		return err
	}
	fmt.Fprintf(o.out, "Changed the password of agent %s; their logins have ended.\n", a.ID)
	showPassword(o.out, password, made)
	return nil
}

func findAgent(ctx context.Context, d engine.Directory, email string) (chat.Agent, error) {
	agents, err := d.Agents(ctx)
	if err != nil {
		return chat.Agent{}, err
	}
	for _, a := range agents {
		if strings.EqualFold(a.Email, email) {
			return a, nil
		}
	}
	return chat.Agent{}, errors.New("there is no agent with this e-mail address; parlor agent list shows them")
}
