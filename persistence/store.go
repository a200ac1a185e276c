package persistence

import (
	"context"
	"errors"

	"github.com/parlor-chat/parlor/chat"
)

// Refusals and faults of a store. Anything else that a method returns is a fault of the machinery: what was asked may or may not have
// happened, and only a repeat with the same client message id tells.
var (
	// ErrNotFound: there is no such session, website, agent or login.
	ErrNotFound = errors.New("persistence: not found")
	// ErrErased: the session was deleted by an agent; it does not come back (P14).
	ErrErased = errors.New("persistence: erased")
	// ErrConflict: the session's head has another version than the writer expected. The writer is stale: it discards its state and stops (G6).
	ErrConflict = errors.New("persistence: head version conflict")
	// ErrFenced: the shard has a newer owner. The writer discards its state and stops.
	ErrFenced = errors.New("persistence: fenced by a newer shard epoch")
	// ErrBusy: too many commits are in flight; nothing was written.
	ErrBusy = errors.New("persistence: too many commits in flight")
	// ErrFull: the disk is nearly full, and the store stops writing before it is; nothing was written. Reads go on, and so do deletions and
	// steps that Scrub; others are taken again by themselves once there is space (G12).
	ErrFull = errors.New("persistence: the disk is nearly full")
	// ErrTaken: the e-mail address belongs to another agent.
	ErrTaken = errors.New("persistence: e-mail address taken")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("persistence: closed")
)

// Store keeps everything of one deployment. All methods may be called from many goroutines at once. They honor their context: when it
// ends they return its error soon, although what they began may still happen.
type Store interface {
	Sessions
	Identifications
	Directory
	Networks
	Audit
	// Health returns nil while the store can read and write.
	Health(ctx context.Context) error
	// Close waits for what is in flight and releases everything. Calling it again does nothing.
	Close() error
}

// Shards is the number of shards into which sessions and websites are divided. It never changes: placement and keys depend on it.
const Shards = 256

// Sessions keeps sessions and their logs.
type Sessions interface {
	// Claim makes the caller the shard's owner and returns its epoch, higher than every one before. Commits under earlier epochs are
	// refused from then on, also after a restart.
	Claim(ctx context.Context, shard uint16) (epoch uint64, err error)

	// Commit stores one step of one session, atomically and durably: when it returns nil, the step survives a crash and a power loss
	// (G1). A step of which one of the Dedupes was used before is not stored: Committed.Duplicate then holds the first result (G3). This is
	// looked at before the version, so that a repeat of a commit that was in doubt finds it.
	// Errors: ErrBusy, before anything is looked at; then, in this order, ErrErased, ErrFenced, ErrConflict, ErrFull. With each of them
	// nothing was stored. A repeat is looked for between ErrFenced and ErrConflict.
	Commit(ctx context.Context, c *Commit) (Committed, error)

	// Load returns a session's state. Errors: ErrNotFound, ErrErased.
	Load(ctx context.Context, website chat.WebsiteID, session chat.SessionID) (*Record, error)

	// Messages returns a page of a session's log in ascending order, and whether the log goes on in the direction of the page. An unknown
	// session has an empty log.
	Messages(ctx context.Context, website chat.WebsiteID, session chat.SessionID, p Page) (frames []Entry, more bool, err error)

	// Notes returns entries of the agents' log in ascending order, as the page selects them.
	Notes(ctx context.Context, website chat.WebsiteID, session chat.SessionID, p NotePage) ([]Entry, error)

	// Inbox returns a page of a website's conversations, those with the newest message first.
	Inbox(ctx context.Context, website chat.WebsiteID, q InboxQuery) (InboxPage, error)

	// Conversations walks through a website's conversations in the order of their ids: up to limit of those behind one id, the zero id for the first.
	Conversations(ctx context.Context, website chat.WebsiteID, behind chat.SessionID, limit int) ([]Record, error)

	// Erase deletes a session with its log, its dedupe keys and its place in the inbox; from its return on nobody can read it and no
	// commit revives it. Its id stays known as erased. It is recorded (DeedErased) before it is done. Erasing an unknown session is no error;
	// erasing an erased one does nothing.
	Erase(ctx context.Context, e Erasure) error

	// Scrub removes the bytes of what was erased, and of what steps with Commit.Scrub replaced, from the disk (P13, P14), and records which
	// sessions are gone (DeedGone). It may take long and runs beside everything else.
	Scrub(ctx context.Context) error
}

// Commit is one step of one session: everything in it is stored together or not at all.
type Commit struct {
	// Shard and Epoch say as which owner the writer acts.
	Shard uint16
	Epoch uint64
	// Expect is the version of the head that is in the store, 0 when there is none yet. Head.Version is Expect+1.
	Expect uint64
	Head   chat.Head
	// Visitor replaces what is known of the visitor; nil leaves it.
	Visitor *chat.Visitor
	// Messages continue the log, Notes the agents' log, without holes.
	Messages []Entry
	Notes    []NoteEntry
	// Rewritten replaces entries of the agents' log: each has the number and the After of one that is stored.
	Rewritten []NoteEntry
	// Scrub says that the bytes of what the step replaces, in the head, the visitor or the agents' log, have to leave the disk. The store
	// remembers it together with the step, also across a restart, until a Scrub that began later is through.
	Scrub bool
	// Identify adds an identification record; nil adds none.
	Identify *Identification
	// Dedupes make the step happen once: one for each thing in it that a client sent. No two are the same; none for steps that may repeat.
	Dedupes []Dedupe
}

// Entry is one entry of a log: its number and its wire frame. The store neither reads nor changes the frame.
type Entry struct {
	Seq   uint64
	Frame []byte
}

// NoteEntry is one entry of the agents' log: Entry.Seq is its number n, After the message that it stands behind; After never falls as n rises.
type NoteEntry struct {
	Entry
	After uint64
}

// Dedupe names what a client sent. (session, Sender, ID) is unique for the session's life (G3).
type Dedupe struct {
	Sender chat.Sender
	ID     chat.MessageID
	// Receipt is kept, and is what a repeat is answered with.
	Receipt Receipt
}

// Receipt is the first result of what a client sent.
type Receipt struct {
	// Body is a hash of what was sent: a repeat with another one is not a repeat.
	Body [16]byte
	// Seq is the number in the log, or in the agents' log when the sender wrote a note.
	Seq uint64
	// AtMillis is when it was accepted, in Unix milliseconds.
	AtMillis int64
}

// Committed is the result of a commit.
type Committed struct {
	// Duplicate is the receipt of the first of the Dedupes that was used before; nil when this step was stored.
	Duplicate *Receipt
}

// Record is a session as it was stored.
type Record struct {
	Head    chat.Head
	Visitor chat.Visitor
}

// MaxPage is the most entries a page may have; a higher or no limit means this one.
const MaxPage = 500

// Page selects part of a log: before a number, after one, or with neither the end of the log.
type Page struct {
	Before, After uint64
	Limit         int
}

// NotePage selects entries of the agents' log that stand behind the messages From to To (0: the end) and whose number is greater than AfterN. Of
// these it has the newest Limit ones, or the Oldest: so that the log can be read from its beginning, a page from where the one before ended.
type NotePage struct {
	From, To uint64
	AfterN   uint64
	Limit    int
	Oldest   bool
}

// Filter selects conversations by their state.
type Filter uint8

// The filters of an inbox.
const (
	FilterOpen Filter = iota // pending and unresolved
	FilterResolved
	FilterAll
)

// InboxQuery selects a page of an inbox. Cursor is InboxPage.Next of the page before, empty for the first.
type InboxQuery struct {
	Filter Filter
	Cursor string
	Limit  int
}

// InboxPage is a page of an inbox. Next is empty on the last page. A conversation that moves while somebody pages may be met twice or
// not at all; its live update tells.
type InboxPage struct {
	Heads []chat.Head
	Next  string
}
