package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strings"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/engine"
)

// reasonFlags say who asks, and why.
type reasonFlags struct {
	Reason string `required:"" help:"Why; it goes into the audit log, together with who asks."`
	By     string `help:"Who asks. Default: the name of the user who runs the command."`
}

// request is one about a session, named by its id or by the value of its cookie.
func (f reasonFlags) request(session string) (engine.Request, error) {
	id, err := parseSession(session)
	r := engine.Request{Session: id, By: f.By, Reason: f.Reason}
	if r.By != "" || err != nil {
		return r, err
	}
	u, err := user.Current()
	if err != nil {
		return r, errors.New("by: name who asks with --by")
	}
	r.By = u.Username
	return r, nil
}

// parseSession reads session_<uuid>, or a cookie's value, which begins with it.
func parseSession(text string) (chat.SessionID, error) {
	id, _, _ := strings.Cut(text, ".")
	session, err := chat.ParseSessionID(id)
	if err != nil {
		return session, errors.New("session: use session_ and a UUID, as the inbox and the visitor's cookie have it")
	}
	return session, nil
}

type subjectCmd struct {
	Find   subjectFindCmd   `cmd:"" help:"Find the conversations of somebody by e-mail address, name or phone number."`
	Export subjectExportCmd `cmd:"" help:"Print everything that is held on one visitor."`
	Erase  subjectEraseCmd  `cmd:"" help:"Delete everything that is held on one visitor."`
}

type subjectFindCmd struct {
	Text string `arg:"" help:"E-mail address, name or phone number, as a page or the visitor told it."`
}

// Run implements the command.
func (c subjectFindCmd) Run(ctx context.Context, s *settings, o output) error {
	return withDirectory(ctx, s, o, func(d engine.Directory) error {
		found, err := d.Find(ctx, c.Text)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			fmt.Fprintln(o.log, "Nobody with a conversation is known by that.")
			return nil
		}
		return table(o.out, []string{"SESSION", "WEBSITE", "LAST MESSAGE"}, func(row func(...string)) {
			for _, f := range found {
				row(f.Session.String(), f.Website.String(), stamp(f.ActiveAt))
			}
		})
	})
}

type subjectExportCmd struct {
	Session string      `arg:"" help:"Id of the session, or the value of the visitor's cookie."`
	HTML    bool        `name:"html" help:"A page to read instead of JSON."`
	Out     string      `short:"o" help:"File to write, for this user only. Default: standard output." type:"path" placeholder:"FILE"`
	Reason  reasonFlags `embed:""`
}

// Run implements the command.
func (c subjectExportCmd) Run(ctx context.Context, s *settings, o output) error {
	r, err := c.Reason.request(c.Session)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(c.Out); c.Out != "" && err == nil { // before anything is recorded
		return fmt.Errorf("out: %q exists; name a new file", c.Out)
	}
	return withDirectory(ctx, s, o, func(d engine.Directory) error {
		document, err := d.Export(ctx, r)
		if err != nil {
			return err
		}
		write := document.WriteJSON
		if c.HTML {
			write = document.WriteHTML
		}
		if c.Out == "" {
			return write(o.out)
		}
		return writeNew(c.Out, write)
	})
}

// writeNew writes a file that must not exist.
func writeNew(path string, write func(w io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

type subjectEraseCmd struct {
	Session         string      `arg:"" help:"Id of the session, or the value of the visitor's cookie."`
	Identifications bool        `help:"Delete the identification records as well, before their term."`
	Reason          reasonFlags `embed:""`
}

// Run implements the command.
func (c subjectEraseCmd) Run(ctx context.Context, s *settings, o output) error {
	r, err := c.Reason.request(c.Session)
	if err != nil {
		return err
	}
	r.Identifications = c.Identifications
	return withDirectory(ctx, s, o, func(d engine.Directory) error {
		if err := d.Erase(ctx, r); err != nil {
			return err
		}
		fmt.Fprintf(o.out, "Deleted %s; its bytes leave the disk within the hour that the node runs. The receipt: parlor receipt show %s\n", r.Session, r.Session)
		return nil
	})
}

type identifyCmd struct {
	Session string      `arg:"" help:"Id of the session, or the value of the visitor's cookie. It may have been deleted."`
	Reason  reasonFlags `embed:""`
}

// Run implements the command.
func (c identifyCmd) Run(ctx context.Context, s *settings, o output) error {
	r, err := c.Reason.request(c.Session)
	if err != nil {
		return err
	}
	return withDirectory(ctx, s, o, func(d engine.Directory) error {
		all, err := d.Identify(ctx, r)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			fmt.Fprintln(o.log, "No identification record is kept of this session.")
			return nil
		}
		return table(o.out, []string{"ADDRESS", "PORT", "FROM", "TO"}, func(row func(...string)) {
			for _, i := range all {
				row(i.Addr.Addr().String(), fmt.Sprint(i.Addr.Port()), stamp(i.From), stamp(i.To))
			}
		})
	})
}

// stamp is a time for an operator to read.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// withDirectory opens the directory for a command and closes it.
func withDirectory(ctx context.Context, s *settings, o output, run func(engine.Directory) error) (err error) {
	d, _, err := s.directory(ctx, o)
	if err != nil {
		return err
	}
	defer closing(d, &err)
	return run(d)
}
