package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/policy"
	"github.com/parlor-chat/parlor/subject"
)

// Records is what operators can ask about what is kept of people. Identify, Export and Erase are recorded in the audit log, unless the session is in
// memory only: nothing of such a one goes to the disk (P9). Errors are for operators to read.
type Records interface {
	// Identify returns from where a conversation was written, also after its deletion. It is recorded before it is read.
	Identify(ctx context.Context, r Request) ([]persistence.Identification, error)
	// Export returns everything that is held on a session's visitor.
	Export(ctx context.Context, r Request) (subject.Document, error)
	// Erase deletes a session as an agent would (P14), and with it, if asked, the identification records.
	Erase(ctx context.Context, r Request) error
	// Find looks for the conversations of somebody by an e-mail address, a name or a phone number, as the page or the visitor told it.
	Find(ctx context.Context, text string) ([]Found, error)
	// Explain says what is held of a session, why, and until when.
	Explain(ctx context.Context, session chat.SessionID) ([]policy.Held, error)
	// Simulate says what would end until a time if nothing else happened.
	Simulate(ctx context.Context, at time.Time) ([]Simulation, error)
	// AuditLog returns a part of the audit log behind an entry; the next part is behind its last one. Empty: the end.
	AuditLog(ctx context.Context, after uint64) ([]persistence.AuditEntry, error)
}

// Request is about one session.
type Request struct {
	Session chat.SessionID `json:"session"`
	// By names the operator, Reason says why; both go into the audit log.
	By     string `json:"by"`
	Reason string `json:"reason"`
	// Identifications takes the identification records along.
	Identifications bool `json:"identifications,omitempty"`
}

// maxReasonBytes bounds what goes into the audit log.
const maxReasonBytes = 1000

func (r *Request) check() error {
	r.By, r.Reason = strings.TrimSpace(r.By), strings.TrimSpace(r.Reason)
	switch {
	case r.Reason == "" || len(r.Reason) > maxReasonBytes:
		return fmt.Errorf("reason: state one, in at most %d bytes; it goes into the audit log", maxReasonBytes)
	case r.By == "" || len(r.By) > chat.MaxNameBytes:
		return fmt.Errorf("by: name who asks, in at most %d bytes; it goes into the audit log", chat.MaxNameBytes)
	}
	return nil
}

func (r *Request) operator() chat.Participant {
	return chat.Participant{Role: chat.RoleOperator, Name: r.By}
}

// Found is a conversation of somebody who was looked for.
type Found struct {
	Website  chat.WebsiteID `json:"website"`
	Session  chat.SessionID `json:"session"`
	ActiveAt time.Time      `json:"active_at"`
}

// Simulation is what would end of a website's until a time.
type Simulation struct {
	Website string         `json:"website"`
	ID      chat.WebsiteID `json:"id"`
	// Conversations are there now; Deleted of them would be, and of Addresses the address would be forgotten.
	Conversations int `json:"conversations"`
	Deleted       int `json:"deleted"`
	Addresses     int `json:"addresses"`
	// Identified is the day (UTC) before which identification records would be gone; all of them when the website keeps none.
	Identified time.Time `json:"identified"`
}

// errNoSession is what an operator is told who asks for a session that is not there.
var errNoSession = errors.New("there is no such session: not in memory, not on the disk")

// found is a session and where it is.
type found struct {
	website chat.Website
	session actors.Inspection
	erased  bool
}

// temporary reports a session that is in memory only. What is done with it is not recorded: nothing of it goes to the disk, not even its id (P9).
func (f *found) temporary() bool { return !f.erased && f.session.State.Version == 0 }

// find looks for a session in memory and on the disk.
func (o *Operator) find(ctx context.Context, id chat.SessionID) (f found, err error) {
	websites, err := o.store.Websites(ctx)
	if err != nil {
		return f, err
	}
	for _, f.website = range websites {
		switch record, err := o.store.Load(ctx, f.website.ID, id); {
		case errors.Is(err, persistence.ErrErased):
			f.erased = true
			return f, nil
		case err == nil && o.system == nil:
			f.session.State = chat.Session{Head: record.Head, Visitor: record.Visitor}
			return f, nil
		case err == nil:
			f.session, err = o.system.Inspect(ctx, f.website.ID, id)
			return f, err
		case !errors.Is(err, persistence.ErrNotFound):
			return f, err
		}
	}
	if o.system == nil {
		return f, errNoSession
	}
	for _, f.website = range websites { // temporary ones know their website themselves
		if f.session, err = o.system.Inspect(ctx, f.website.ID, id); !errors.Is(err, actors.ErrUnknownSession) {
			return f, err
		}
	}
	return f, errNoSession
}

// Identify implements Records.
func (o *Operator) Identify(ctx context.Context, r Request) ([]persistence.Identification, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	f, err := o.find(ctx, r.Session)
	if err != nil {
		return nil, err
	}
	if f.temporary() {
		return nil, nil
	}
	if err := o.record(ctx, persistence.DeedIdentified, f.website.ID, r); err != nil {
		return nil, err
	}
	return o.store.Identifications(ctx, f.website.ID, r.Session)
}

func (o *Operator) record(ctx context.Context, deed persistence.Deed, website chat.WebsiteID, r Request) error {
	_, err := o.store.Record(ctx, persistence.AuditEntry{
		Deed: deed, Website: website, Session: r.Session, By: r.operator().Account(), Reason: r.Reason,
	})
	return err
}

// Export implements Records.
func (o *Operator) Export(ctx context.Context, r Request) (d subject.Document, err error) {
	if err := r.check(); err != nil {
		return d, err
	}
	f, err := o.find(ctx, r.Session)
	switch {
	case err != nil:
		return d, err
	case f.erased:
		return d, errors.New("the session was deleted; of identification records, parlor identify tells")
	}
	if !f.temporary() {
		if err := o.record(ctx, persistence.DeedExported, f.website.ID, r); err != nil {
			return d, err
		}
	}
	return subject.Gather(ctx, subject.Source{
		Store: o.store, Website: f.website, State: f.session.State, Messages: f.session.Messages, Notes: f.session.Notes, Operator: true,
	})
}

// Erase implements Records.
func (o *Operator) Erase(ctx context.Context, r Request) error {
	if err := r.check(); err != nil {
		return err
	}
	f, err := o.find(ctx, r.Session)
	if err != nil {
		return err
	}
	if !f.erased {
		if err := o.erase(ctx, f, r); err != nil {
			return err
		}
	}
	if !r.Identifications {
		return nil
	}
	// First, so that a restored backup does not bring them back.
	if err := o.record(ctx, persistence.DeedForgotten, f.website.ID, r); err != nil {
		return err
	}
	if err := o.store.EraseIdentifications(ctx, f.website.ID, r.Session); err != nil || o.system == nil {
		return err
	}
	o.system.ScrubSoon()
	return nil
}

func (o *Operator) erase(ctx context.Context, f found, r Request) error {
	if o.system != nil {
		return o.system.Order(ctx, f.website.ID, r.Session, r.operator(), chat.Erase{Reason: r.Reason})
	}
	return o.store.Erase(ctx, persistence.Erasure{
		Website: f.website.ID, Session: r.Session, By: r.operator().Account(), Reason: r.Reason,
		Policy: policy.Describe(o.config.PolicyFacts(), f.website).Version(),
	})
}

// walk calls f for each conversation of a website.
func (o *Operator) walk(ctx context.Context, website chat.WebsiteID, f func(*persistence.Record)) error {
	for behind := (chat.SessionID{}); ; {
		page, err := o.store.Conversations(ctx, website, behind, persistence.MaxPage)
		if err != nil || len(page) == 0 {
			return err
		}
		for i := range page {
			f(&page[i])
		}
		behind = page[len(page)-1].Head.ID
	}
}

// Find implements Records.
func (o *Operator) Find(ctx context.Context, text string) (all []Found, err error) {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" {
		return nil, errors.New("name an e-mail address, a name or a phone number")
	}
	websites, err := o.store.Websites(ctx)
	for _, w := range websites {
		err = errors.Join(err, o.walk(ctx, w.ID, func(r *persistence.Record) {
			u := r.Visitor.Who()
			for _, have := range []string{u.Email, u.Nickname, u.Phone} {
				if strings.ToLower(have) == text {
					all = append(all, Found{w.ID, r.Head.ID, r.Head.ActiveAt})
					return
				}
			}
		}))
	}
	return all, err
}

// Explain implements Records.
func (o *Operator) Explain(ctx context.Context, session chat.SessionID) ([]policy.Held, error) {
	f, err := o.find(ctx, session)
	if err != nil {
		return nil, err
	}
	kept, err := o.store.Identifications(ctx, f.website.ID, session)
	if err != nil {
		return nil, err
	}
	var days []time.Time
	for _, i := range kept {
		days = append(days, i.To)
	}
	if !f.erased {
		return policy.Explain(o.config.PolicyFacts(), f.website, &f.session.State, f.session.Online, days), nil
	}
	deeds, err := subject.Audit(ctx, o.store, session)
	if err != nil {
		return nil, err
	}
	held := []policy.Held{{
		What: "The random id, marked as deleted; its entries in the audit log: " + told(deeds),
		Why:  "So that nothing revives what was deleted, and the deletion can be proven.", Until: "For good.", Promise: "P14",
	}}
	return append(held, policy.Identified(f.website, days)...), nil
}

// told says in a line what was done.
func told(deeds []persistence.AuditEntry) string {
	var parts []string
	for _, e := range deeds {
		part := string(e.Deed) + " " + e.At.UTC().Format(time.RFC3339)
		if e.By != "" {
			part += " by " + e.By
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return "none; it was deleted by an earlier version"
	}
	return strings.Join(parts, ", ")
}

// Simulate implements Records.
func (o *Operator) Simulate(ctx context.Context, at time.Time) (all []Simulation, err error) {
	websites, err := o.store.Websites(ctx)
	if err != nil {
		return nil, err
	}
	for _, w := range websites {
		s := Simulation{Website: w.Name, ID: w.ID, Identified: at}
		if term, ok := w.Retain.Identifies(); ok {
			s.Identified = at.Add(-term).UTC().Truncate(24 * time.Hour)
		}
		err := o.walk(ctx, w.ID, func(r *persistence.Record) {
			s.Conversations++
			switch {
			case !w.Retain.KeepsConversation(r.Head.ActiveAt, at):
				s.Deleted++
			case r.Visitor.Addr.IsValid() && !w.Retain.KeepsIP(true, r.Visitor.SeenAt, at):
				s.Addresses++
			}
		})
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return all, nil
}

// auditPart is how many entries of the audit log are asked for at once.
const auditPart = 10_000

// AuditLog implements Records.
func (o *Operator) AuditLog(ctx context.Context, after uint64) ([]persistence.AuditEntry, error) {
	return o.store.AuditLog(ctx, after, auditPart)
}
