package subject

import (
	"context"
	"errors"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// Document is everything that is held on one visitor.
type Document struct {
	MadeAt  time.Time      `json:"made_at"`
	Website WebsiteName    `json:"website"`
	Session chat.SessionID `json:"session"`
	// Where is "memory" before a conversation, "disk" from then on.
	Where        string       `json:"where"`
	Conversation Conversation `json:"conversation"`
	Visitor      chat.Visitor `json:"visitor"`
	// Messages and Notes are the wire frames, as docs/protocol.md describes them: what both sides said, and what only agents see.
	Messages []jsontext.Value `json:"messages"`
	Notes    []jsontext.Value `json:"notes"`
	// Identifications are from where the visitor was connected; nil when they were not asked for.
	Identifications []persistence.Identification `json:"identifications,omitempty"`
	// Audit is what was done with what is held.
	Audit []persistence.AuditEntry `json:"audit,omitempty"`
	// Beside names what is held beside that.
	Beside []string `json:"beside"`
}

// WebsiteName names the website.
type WebsiteName struct {
	ID   chat.WebsiteID `json:"id"`
	Name string         `json:"name"`
}

// Conversation is how the conversation stands.
type Conversation struct {
	Started   bool         `json:"started"`
	State     string       `json:"state"`
	Blocked   bool         `json:"blocked"`
	Assigned  chat.AgentID `json:"assigned,omitzero"`
	CreatedAt time.Time    `json:"created_at"`
	ActiveAt  time.Time    `json:"active_at,omitzero"`
	Read      chat.Marks   `json:"read"`
	Delivered chat.Marks   `json:"delivered"`
}

// Source is where the document is gathered from.
type Source struct {
	Store   persistence.Store
	Website chat.Website
	State   chat.Session
	// Messages and Notes are the log of a session that is in memory only.
	Messages []persistence.Entry
	Notes    []persistence.NoteEntry
	// Operator adds what agents do not see: identification records, and the audit log.
	Operator bool
	// MostBytes bounds the messages and notes together, which are in memory until they are written; 0: no bound.
	MostBytes int
}

// ErrTooLarge reports messages and notes of more than Source.MostBytes.
var ErrTooLarge = errors.New("subject: more is held than can be handed out at once")

// Gather reads everything. Errors: ErrTooLarge, persistence.ErrErased when the session is deleted meanwhile, and the store's others.
func Gather(ctx context.Context, s Source) (Document, error) {
	h := &s.State.Head
	d := Document{
		MadeAt: time.Now().UTC().Truncate(time.Second), Website: WebsiteName{s.Website.ID, s.Website.Name}, Session: h.ID, Where: "memory",
		Conversation: Conversation{
			Started: h.Started, State: h.State.String(), Blocked: h.Blocked, Assigned: h.Assigned, CreatedAt: h.CreatedAt.UTC(), ActiveAt: h.ActiveAt.UTC(),
			Read: h.Read, Delivered: h.Delivered,
		},
		Visitor: s.State.Visitor, Messages: []jsontext.Value{}, Notes: []jsontext.Value{},
		Beside: []string{"a hash (SHA-256) of the secret in the visitor's cookie"},
	}
	for _, m := range s.Messages {
		d.Messages = append(d.Messages, m.Frame)
	}
	for _, n := range s.Notes {
		d.Notes = append(d.Notes, n.Frame)
	}
	if h.Version > 0 {
		d.Where = "disk"
		d.Beside = append(d.Beside, "of each message and note its client's id with a hash of what was sent, so that it is stored once")
		if err := d.logs(ctx, s); err != nil {
			return Document{}, err
		}
	}
	if !s.Operator {
		d.Beside = append(d.Beside, "what only the operator hands out: identification records (addresses and times, of a conversation) and the audit log's entries")
		return d, nil
	}
	return d, d.operator(ctx, s)
}

// logs reads both logs from the store.
func (d *Document) logs(ctx context.Context, s Source) error {
	left := s.MostBytes
	fits := func(frame []byte) bool {
		left -= len(frame)
		return s.MostBytes == 0 || left >= 0
	}
	for after := uint64(0); ; {
		page := persistence.Page{After: after}
		if after == 0 {
			page = persistence.Page{Before: 2}
		}
		entries, _, err := s.Store.Messages(ctx, s.Website.ID, d.Session, page)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			if !fits(e.Frame) {
				return ErrTooLarge
			}
			d.Messages, after = append(d.Messages, e.Frame), e.Seq
		}
	}
	for after := uint64(0); ; {
		entries, err := s.Store.Notes(ctx, s.Website.ID, d.Session, persistence.NotePage{AfterN: after, Oldest: true})
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			if !fits(e.Frame) {
				return ErrTooLarge
			}
			d.Notes, after = append(d.Notes, e.Frame), e.Seq
		}
	}
	// The log of a session that was deleted meanwhile ends early, without an error; nothing of it is handed out.
	_, err := s.Store.Load(ctx, s.Website.ID, d.Session)
	return err
}

// operator reads what agents do not see.
func (d *Document) operator(ctx context.Context, s Source) error {
	var errs [2]error
	d.Identifications, errs[0] = s.Store.Identifications(ctx, s.Website.ID, d.Session)
	if d.Audit, errs[1] = Audit(ctx, s.Store, d.Session); errors.Is(errs[1], persistence.ErrAudit) {
		// The operator lost the log. What is held is handed out nevertheless.
		d.Beside, errs[1] = append(d.Beside, "entries of the audit log, which cannot be read as a whole"), nil
	}
	return errors.Join(errs[:]...)
}

// auditPage is how many entries of the audit log are read at once.
const auditPage = 10_000

// Audit returns the entries of the audit log that are about a session.
func Audit(ctx context.Context, store persistence.Audit, session chat.SessionID) (found []persistence.AuditEntry, err error) {
	for after := uint64(0); ; {
		page, err := store.AuditLog(ctx, after, auditPage)
		if err != nil || len(page) == 0 {
			return found, err
		}
		for _, e := range page {
			if e.Session == session {
				found = append(found, e)
			}
		}
		after = page[len(page)-1].N
	}
}

// String says what this is: nothing of it is for logs.
func (Document) String() string { return "subject document (redacted)" }
