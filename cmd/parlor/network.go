package main

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/parlor-chat/parlor/engine"
	"github.com/parlor-chat/parlor/networks"
)

type networkCmd struct {
	Check   networkCheckCmd   `cmd:"" help:"Tell whether messages from an address are refused, and how many blocked conversations count."`
	Forgive networkForgiveCmd `cmd:"" help:"Forget the blocked conversations of an address and its networks, so that messages are taken again."`
}

type networkCheckCmd struct {
	Address string `arg:"" help:"IP address of a visitor."`
}

// Run implements the command.
func (c *networkCheckCmd) Run(ctx context.Context, s *settings, o output) error {
	return withAddress(ctx, s, o, c.Address, func(d engine.Directory, a netip.Addr) error {
		standing, err := d.CheckNetwork(ctx, a)
		if err != nil {
			return err
		}
		fmt.Fprintf(o.out, "%s %s.\n", a, stands(standing))
		return nil
	})
}

type networkForgiveCmd struct {
	Address string `arg:"" help:"IP address of a visitor."`
}

// Run implements the command.
func (c *networkForgiveCmd) Run(ctx context.Context, s *settings, o output) error {
	return withAddress(ctx, s, o, c.Address, func(d engine.Directory, a netip.Addr) error {
		standing, err := d.ForgiveNetwork(ctx, a)
		if err != nil {
			return err
		}
		fmt.Fprintf(o.out, "%s is forgiven. Before, it %s.\n", a, strings.Replace(stands(standing), "is ", "was ", 1))
		return nil
	})
}

// withAddress reads the address and opens the directory.
func withAddress(ctx context.Context, s *settings, o output, text string, f func(engine.Directory, netip.Addr) error) (err error) {
	a, err := netip.ParseAddr(text)
	if err != nil {
		return wrongUsage{fmt.Errorf("%q is no address; use one such as 192.0.2.1 or 2001:db8::1", text)}
	}
	d, _, err := s.directory(ctx, o)
	if err != nil {
		return err
	}
	defer closing(d, &err)
	return f(d, a.Unmap().WithZone(""))
}

// stands says how an address stands, as the end of a sentence.
func stands(s networks.Standing) string {
	if s.Exempt {
		return "is never refused: it is private or this machine's own"
	}
	var counts []string
	for _, n := range s.Networks {
		if n.Limit > 0 {
			counts = append(counts, fmt.Sprintf("%d of %d of its %s", n.Blocked, n.Limit, n.Name))
		}
	}
	text := "is not refused"
	if until := s.RefusedUntil(); !until.IsZero() {
		text = "is refused until " + until.UTC().Format(time.DateTime) + " UTC"
	}
	if len(counts) == 0 {
		return text
	}
	return text + "; blocked conversations: " + strings.Replace(strings.Join(counts, ", "), "its address", "the address", 1)
}
