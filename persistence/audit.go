package persistence

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/parlor-chat/parlor/chat"
)

// Audit keeps the record of what was done with what is known of people: an append-only chain, in which each entry holds the hash of the one
// before, so that none can be changed, left out or put in without a trace. It outlives what it tells of, and holds random ids, counts and times
// only, besides the reasons that operators state.
type Audit interface {
	// Record appends entries, durably, and returns them with their places in the chain. Erase and Scrub record by themselves.
	Record(ctx context.Context, entries ...AuditEntry) ([]AuditEntry, error)
	// AuditLog returns up to limit entries behind the number, in order. Errors: ErrAudit, when the chain is broken.
	AuditLog(ctx context.Context, after uint64, limit int) ([]AuditEntry, error)

	// Withdrawn lists sessions of which the audit log has a withdrawal of consent that the store may lack, since it is an older copy that was
	// restored. MadeUp says that one was made up for.
	Withdrawn(ctx context.Context) ([]SessionRef, error)
	MadeUp(ctx context.Context, s SessionRef) error
}

// SessionRef names a session.
type SessionRef struct {
	Website chat.WebsiteID
	Session chat.SessionID
}

// Deed is what an entry of the audit log tells.
type Deed string

// The deeds.
const (
	// DeedErased: a session was made unreadable for everybody (P14). DeedGone: its bytes have left the disk.
	DeedErased Deed = "erased"
	DeedGone   Deed = "gone"
	// DeedForgotten: identification records were deleted before their term.
	DeedForgotten Deed = "forgotten"
	// DeedWithdrawn: a visitor withdrew the consent to tracking, and what the page had told was removed (P13).
	DeedWithdrawn Deed = "withdrawn"
	// DeedIdentified: an operator read from which addresses a conversation was written (P10).
	DeedIdentified Deed = "identified"
	// DeedExported: everything that is held on one visitor was handed out.
	DeedExported Deed = "exported"
)

// AuditEntry is one entry of the audit log. Record sets N, At, Prev and Hash.
type AuditEntry struct {
	N       uint64         `json:"n"`
	Deed    Deed           `json:"deed"`
	At      time.Time      `json:"at"`
	Website chat.WebsiteID `json:"website"`
	Session chat.SessionID `json:"session"`
	// By is who did it: "visitor", "agent " and an id, "retention", or "operator" with the name that was given.
	By string `json:"by,omitempty"`
	// Reason is what an operator stated.
	Reason string `json:"reason,omitempty"`
	// Messages and Notes are how many were erased.
	Messages uint64 `json:"messages,omitempty"`
	Notes    uint64 `json:"notes,omitempty"`
	// Policy is the version of the website's policy document that was in force.
	Policy string `json:"policy,omitempty"`
	Prev   string `json:"prev"`
	// Hash is SHA-256 of the entry's line up to this member, in hexadecimal.
	Hash string `json:"hash,omitempty"`
}

// AuditTail is the end of a chain: the last entry's number and hash. The zero value is the end of an empty one.
type AuditTail struct {
	N    uint64
	Hash string
}

// ErrAudit reports that the audit log's chain is broken: an entry was changed, is missing, or was put in.
var ErrAudit = errors.New("persistence: the audit log is not the one that was written")

// hashMember precedes the hash at the end of a line.
const hashMember = `,"hash":"`

// Append gives the entry its place behind the tail, which moves on, and returns its line, with the newline.
func (t *AuditTail) Append(e *AuditEntry, now time.Time) ([]byte, error) {
	e.N, e.At, e.Prev, e.Hash = t.N+1, now.UTC().Truncate(time.Millisecond), t.Hash, ""
	line, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("persistence: encode an audit entry: %w", err)
	}
	sum := sha256.Sum256(line[:len(line)-1])
	e.Hash = hex.EncodeToString(sum[:])
	t.N, t.Hash = e.N, e.Hash
	line = append(line[:len(line)-1], hashMember...)
	return append(append(line, e.Hash...), '"', '}', '\n'), nil
}

// Line is the entry as it stands in the log, with the newline.
func (e AuditEntry) Line() ([]byte, error) {
	before := AuditTail{e.N - 1, e.Prev}
	return before.Append(&e, e.At)
}

// Follow reads the line of the next entry and moves the tail on. Errors: ErrAudit.
func (t *AuditTail) Follow(line []byte) (AuditEntry, error) {
	e, err := ParseAuditEntry(line)
	switch {
	case err != nil:
		return e, fmt.Errorf("%w behind entry %d", err, t.N)
	case e.N != t.N+1 || e.Prev != t.Hash:
		return e, fmt.Errorf("%w: entry %d does not follow entry %d", ErrAudit, e.N, t.N)
	}
	t.N, t.Hash = e.N, e.Hash
	return e, nil
}

// ParseAuditEntry reads a line, with or without its newline, whose hash must be its own. Errors: ErrAudit.
func ParseAuditEntry(line []byte) (e AuditEntry, err error) {
	line = bytes.TrimSuffix(line, []byte("\n"))
	hashed, hash, ok := bytes.Cut(line, []byte(hashMember))
	if !ok || json.Unmarshal(line, &e) != nil {
		return e, fmt.Errorf("%w: a line that is no entry", ErrAudit)
	}
	sum := sha256.Sum256(hashed)
	if want := hex.EncodeToString(sum[:]); e.Hash != want || string(hash) != want+`"}` {
		return e, fmt.Errorf("%w: entry %d has another hash", ErrAudit, e.N)
	}
	return e, nil
}

// Erasure is what Erase is asked.
type Erasure struct {
	Website chat.WebsiteID
	Session chat.SessionID
	// By, Reason and Policy go into the audit log.
	By, Reason, Policy string
}
