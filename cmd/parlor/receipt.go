package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/engine"
	"github.com/parlor-chat/parlor/persistence"
)

type receiptCmd struct {
	Show   receiptShowCmd   `cmd:"" help:"Print the receipt of a deletion: what was deleted, when, and when its bytes were gone."`
	Verify receiptVerifyCmd `cmd:"" help:"Check the audit log's chain, and that receipts are in it unchanged."`
}

type receiptShowCmd struct {
	Session string `arg:"" help:"Id of the deleted session, or the value of its cookie."`
}

// Run implements the command.
func (c receiptShowCmd) Run(ctx context.Context, s *settings, o output) error {
	id, err := parseSession(c.Session)
	if err != nil {
		return err
	}
	return withDirectory(ctx, s, o, func(d engine.Directory) error {
		var erased, gone bool
		err := eachAudited(ctx, d, func(e persistence.AuditEntry) error {
			switch {
			case e.Session != id:
				return nil
			case e.Deed == persistence.DeedErased:
				erased, gone = true, false
			case e.Deed == persistence.DeedGone:
				gone = true
			case e.Deed != persistence.DeedForgotten:
				return nil
			}
			return printEntry(o, e)
		})
		switch {
		case err != nil:
			return err
		case !erased && !gone:
			return errors.New("no deletion of this session is recorded")
		case !gone:
			fmt.Fprintln(o.log, "Its bytes are not off the disk yet: that takes up to an hour while the node runs.")
		}
		return nil
	})
}

type receiptVerifyCmd struct {
	File string `arg:"" optional:"" help:"A receipt that was handed out, as parlor receipt show printed it." type:"existingfile"`
}

// Run implements the command.
func (c receiptVerifyCmd) Run(ctx context.Context, s *settings, o output) error {
	receipts, err := readReceipts(c.File)
	if err != nil {
		return err
	}
	return withDirectory(ctx, s, o, func(d engine.Directory) error {
		var tail persistence.AuditTail
		missing := len(receipts)
		err := eachAudited(ctx, d, func(e persistence.AuditEntry) error {
			line, err := e.Line()
			if err != nil {
				return err
			}
			if _, err := tail.Follow(line); err != nil {
				return err
			}
			if receipts[e.Hash] {
				missing--
			}
			return nil
		})
		switch {
		case err != nil:
			return err
		case missing > 0:
			return fmt.Errorf("%d of %d entries of the receipt are not in the audit log of this deployment", missing, len(receipts))
		case c.File != "":
			fmt.Fprintf(o.out, "The receipt is good: its %d entries are in the audit log unchanged.\n", len(receipts))
		}
		fmt.Fprintf(o.out, "The audit log is one chain of %d entries, which ends in %s.\n", tail.N, tail.Hash)
		return nil
	})
}

// readReceipts reads the entries of a receipt, by their hashes, each of which must be its own.
func readReceipts(file string) (map[string]bool, error) {
	all := make(map[string]bool)
	if file == "" {
		return all, nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		e, err := persistence.ParseAuditEntry(lines.Bytes())
		if err != nil {
			return nil, errors.New("the receipt was changed, or is none")
		}
		all[e.Hash] = true
	}
	if len(all) == 0 {
		return nil, errors.New("the receipt is empty")
	}
	return all, nil
}

type auditCmd struct {
	Session string `help:"Only what is about this session."`
}

// Run implements the command.
func (c auditCmd) Run(ctx context.Context, s *settings, o output) (err error) {
	var only chat.SessionID
	if c.Session != "" {
		if only, err = parseSession(c.Session); err != nil {
			return err
		}
	}
	return withDirectory(ctx, s, o, func(d engine.Directory) error {
		return eachAudited(ctx, d, func(e persistence.AuditEntry) error {
			if c.Session != "" && e.Session != only {
				return nil
			}
			return printEntry(o, e)
		})
	})
}

// eachAudited calls f for each entry of the audit log, in order.
func eachAudited(ctx context.Context, d engine.Directory, f func(persistence.AuditEntry) error) error {
	for after := uint64(0); ; {
		part, err := d.AuditLog(ctx, after)
		if err != nil || len(part) == 0 {
			return err
		}
		for _, e := range part {
			if err := f(e); err != nil {
				return err
			}
		}
		after = part[len(part)-1].N
	}
}

func printEntry(o output, e persistence.AuditEntry) error {
	line, err := e.Line()
	if err != nil {
		return err
	}
	_, err = o.out.Write(line)
	return err
}
