package pebblestore

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// Census is what Verify found.
type Census struct {
	Websites, Agents, Conversations, Messages, Notes, Erased int
	// Identifications is how many identification records there are.
	Identifications int
	// Audited is how many entries the audit log has.
	Audited int
}

// verifyLooks is after how many records Verify looks whether it is to go on, and says how far it is.
const verifyLooks = 1 << 14

// Verify reads everything in a data directory that no node has open, such as a backup, and changes nothing but the LOCK file: a backup's files must
// be those that were copied, every checksum must match, every record must be one that this version understands, and each conversation must have its
// messages from 1 to its last without a hole, and the audit log be an unbroken chain that reaches as far as the store knows. Of a directory that was neither copied nor closed since it was open the end of the log is taken as it is, as
// after a crash. It says now and then how many records it has read; progress may be nil. The first problem ends it. Errors: ErrInUse,
// ErrNewerFormat, ErrForeign, ErrDamaged, persistence.ErrAudit, persistence.ErrNewerRecord, the context's, or the disk's.
func Verify(ctx context.Context, o Options, progress func(records int)) (c Census, err error) {
	o, err = o.withDefaults()
	if err != nil {
		return c, err
	}
	fs := newKeepsNothing(o.FS, o.Dir)
	switch version, err := checkFormat(fs, o.Dir); {
	case err != nil:
		return c, err
	case version == 0:
		return c, fmt.Errorf("%w: %q has no %s", ErrForeign, o.Dir, formatFile)
	}
	lock, err := lockDir(fs, o.Dir)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, lock.Close()) }()
	if err := checkInventory(fs, o.Dir, anyFile); err != nil {
		return c, err
	}
	log := &pebbleLog{log: slog.New(slog.DiscardHandler), fatal: o.Fatal}
	opts := o.pebble(fs, lock, log)
	opts.ReadOnly = true
	db, err := pebble.Open(o.Dir, opts)
	if err != nil {
		return c, fault(fmt.Sprintf("open %q", o.Dir), err)
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	it, err := db.NewIterWithContext(ctx, nil)
	if err != nil {
		return c, fault("read", err)
	}
	v := verifier{census: &c}
	err = ctx.Err()
	for ok, records := it.First(), 1; ok && err == nil; ok, records = it.Next(), records+1 {
		if err = damaged(v.record(it.Key(), it.Value())); records%verifyLooks == 0 {
			if err = errors.Join(err, ctx.Err()); progress != nil {
				progress(records)
			}
		}
	}
	if err == nil {
		err = v.end()
	}
	if err = errors.Join(err, it.Error(), it.Close()); err == nil {
		c.Audited, err = verifyAudit(db, fs, o.Dir)
	}
	return c, fault("verify", err)
}

// verifyAudit follows the audit log from its first entry, past the one up to which the store knows it, to its end.
func verifyAudit(db *pebble.DB, fs vfs.FS, dir string) (entries int, err error) {
	record, err := get(db, nodeKey(nodeAudit))
	if err != nil {
		return 0, err
	}
	known, err := parseAnchor(record)
	if err != nil {
		return 0, damaged(err)
	}
	reached := known.N == 0
	var tail persistence.AuditTail
	err = readAuditFile(fs, fs.PathJoin(dir, auditFile), &tail, func(persistence.AuditEntry) bool {
		entries++
		reached = reached || tail == known
		return true
	})
	if err == nil && !reached {
		err = fmt.Errorf("%w: it has %d entries, and the store knows entry %d; put the last copy of %s in its place",
			persistence.ErrAudit, entries, known.N, auditFile)
	}
	return entries, err
}

// damaged marks what is wrong with a record, unless a newer version wrote it.
func damaged(err error) error {
	if err == nil || errors.Is(err, persistence.ErrNewerRecord) || errors.Is(err, ErrDamaged) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// verifier looks at records in the order of their keys, in which a conversation's head comes before its messages and notes.
type verifier struct {
	census          *Census
	head            chat.Head // of the conversation at hand; no Version: none is
	messages, notes uint64    // of it, so far
}

// errIncomplete: a conversation lacks something, or has something too much.
var errIncomplete = fmt.Errorf("%w: a conversation is not complete; restore an earlier backup", ErrDamaged)

func (v *verifier) record(key, value []byte) error {
	if key[0] != tableSessions {
		return errors.Join(v.end(), v.single(key, value))
	}
	if len(key) <= sessionKeyBytes {
		return errRecord
	}
	var k sessionKey
	copy(k.website[:], key[1:])
	copy(k.session[:], key[1+len(k.website):])
	switch key[sessionKeyBytes] {
	case kindHead:
		if err := v.end(); err != nil {
			return err
		}
		return v.begin(k, value)
	case kindVisitor:
		_, err := persistence.DecodeVisitor(value)
		return errors.Join(v.belongs(k), err)
	case kindMessage:
		if v.messages++; lastNumber(key) != v.messages {
			return errIncomplete
		}
		return v.belongs(k)
	case kindNote:
		if v.notes++; lastNumber(key) != v.notes {
			return errIncomplete
		}
		return v.belongs(k)
	case kindReceipt:
		_, err := decodeReceipt(value)
		return errors.Join(v.belongs(k), err)
	case kindPlace:
		_, err := decodePlace(value)
		return errors.Join(v.belongs(k), err)
	default:
		return fmt.Errorf("%w: kind %d", persistence.ErrNewerRecord, key[sessionKeyBytes])
	}
}

func (v *verifier) begin(k sessionKey, record []byte) (err error) {
	if v.head, err = persistence.DecodeHead(record); err != nil {
		return err
	}
	v.messages, v.notes = 0, 0
	v.census.Conversations++
	return v.belongs(k)
}

// belongs tells a record of another session than the one whose head came last.
func (v *verifier) belongs(k sessionKey) error {
	if v.head.Version == 0 || v.head.Website != k.website || v.head.ID != k.session {
		return errIncomplete
	}
	return nil
}

// end is behind the last record of a conversation.
func (v *verifier) end() error {
	if v.head.Version == 0 {
		return nil
	}
	if v.messages != v.head.Seq || v.notes != v.head.Notes {
		return errIncomplete
	}
	v.census.Messages += int(v.messages)
	v.census.Notes += int(v.notes)
	v.head = chat.Head{}
	return nil
}

// single is a record that is not a conversation's.
func (v *verifier) single(key, value []byte) (err error) {
	switch key[0] {
	case tableWebsites:
		v.census.Websites++
		_, err = decode[chat.Website](value)
	case tableAgents:
		v.census.Agents++
		_, err = decode[chat.Agent](value)
	case tableLogins:
		_, err = decode[persistence.Login](value)
	case tableNetworks:
		_, err = decodeNetwork(key, value)
	case tableErased:
		v.census.Erased++
	case tableIdentifications:
		v.census.Identifications++
		_, err = persistence.DecodeIdentification(value)
		if len(key) != identificationBytes {
			err = errRecord
		}
	case tableScrubRange, tableWithdrawn, tableInbox, tableScrub, tableEmails, tablePasswords, tableNode:
	default:
		err = fmt.Errorf("%w: table %q", persistence.ErrNewerRecord, key[0])
	}
	return err
}
