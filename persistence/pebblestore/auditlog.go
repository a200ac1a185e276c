package pebblestore

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/parlor-chat/parlor/persistence"
)

// auditFile is the audit log: a line of JSON for each entry. It lies beside Pebble's files and not in them, so that it can be read, copied to another
// place all the time, and given to Restore when nothing else is left.
const auditFile = "audit.jsonl"

// nodeAudit is where the store keeps how far its records go along with the audit log: number and hash of an entry.
const nodeAudit = "audit"

// maxAuditLine bounds a line, so that a damaged file is not read as one.
const maxAuditLine = 64 << 10

// auditLog is the file, open for appending. The clerk alone writes to it.
type auditLog struct {
	fs   vfs.FS
	path string
	file vfs.File
	end  int64 // where the next line goes
	tail persistence.AuditTail
}

// openAudit opens the file, or makes it. A line that a crash left unfinished was never answered for, and goes.
func openAudit(fs vfs.FS, dir string) (*auditLog, error) {
	l := &auditLog{fs: fs, path: fs.PathJoin(dir, auditFile)}
	size, err := l.readTail()
	if err == nil && size != l.end {
		err = l.cut()
	}
	switch {
	case err != nil:
	case size == 0:
		if l.file, err = fs.Create(l.path, vfs.WriteCategoryUnspecified); err == nil {
			err = syncDir(fs, dir)
		}
	default:
		l.file, err = fs.OpenReadWrite(l.path, vfs.WriteCategoryUnspecified)
	}
	if err != nil {
		return nil, fault("open the audit log", err)
	}
	return l, nil
}

// readTail finds the last whole line, and tells the size of the file.
func (l *auditLog) readTail() (size int64, err error) {
	f, err := l.fs.Open(l.path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	size = info.Size()
	from := max(0, size-2*maxAuditLine)
	part := make([]byte, size-from)
	if _, err := f.ReadAt(part, from); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	for end := bytes.LastIndexByte(part, '\n'); end >= 0; end = bytes.LastIndexByte(part[:end], '\n') {
		line := part[bytes.LastIndexByte(part[:end], '\n')+1 : end]
		if e, err := persistence.ParseAuditEntry(line); err == nil {
			l.end, l.tail = from+int64(end)+1, persistence.AuditTail{N: e.N, Hash: e.Hash}
			return size, nil
		}
	}
	if from > 0 {
		return 0, fmt.Errorf("%w: its end cannot be read; put the copy of %s in its place that was made last", persistence.ErrAudit, auditFile)
	}
	return size, nil
}

// cut takes away what stands behind the last whole line.
func (l *auditLog) cut() error {
	in, err := l.fs.Open(l.path)
	if err != nil {
		return err
	}
	out, err := l.fs.Create(l.path+".new", vfs.WriteCategoryUnspecified)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	_, err = io.CopyN(out, in, l.end)
	if err = errors.Join(err, out.Sync(), out.Close(), in.Close()); err != nil {
		return err
	}
	if err := l.fs.Rename(l.path+".new", l.path); err != nil {
		return err
	}
	return syncDir(l.fs, l.fs.PathDir(l.path))
}

// append writes entries with one sync. After an error the log's end is where it was.
func (l *auditLog) append(entries []persistence.AuditEntry) error {
	tail := l.tail
	var lines []byte
	for i := range entries {
		line, err := tail.Append(&entries[i], time.Now())
		if err != nil {
			return err
		}
		lines = append(lines, line...)
	}
	if _, err := l.file.WriteAt(lines, l.end); err != nil {
		return fault("write the audit log", err)
	}
	if err := l.file.Sync(); err != nil {
		return fault("write the audit log", err)
	}
	l.end, l.tail = l.end+int64(len(lines)), tail
	return nil
}

func (l *auditLog) close() error { return l.file.Close() }

// readAudit calls f for each line of an audit log in order, as long as it returns true. Errors: ErrAudit, or the disk's; no log is an empty one.
func readAudit(fs vfs.FS, path string, tail *persistence.AuditTail, f func(persistence.AuditEntry) bool) (err error) {
	in, err := fs.Open(path, vfs.SequentialReadsOption)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	lines := bufio.NewReaderSize(in, maxAuditLine)
	for {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return nil // what follows the last newline, a crash left unfinished
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		e, err := tail.Follow(line) // a line that is too long is no entry
		if err != nil {
			return err
		}
		if !f(e) {
			return nil
		}
	}
}

// Record implements persistence.Audit.
func (s *Store) Record(ctx context.Context, entries ...persistence.AuditEntry) ([]persistence.AuditEntry, error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	entries = append([]persistence.AuditEntry(nil), entries...)
	err = s.clerk.do(ctx, func() error {
		if err := s.audit.append(entries); err != nil {
			return err
		}
		return fault("note the audit log's end", s.db.Set(nodeKey(nodeAudit), anchor(s.audit.tail), pebble.Sync))
	})
	if err != nil {
		return nil, err
	}
	return entries, nil
}

// AuditLog implements persistence.Audit. It reads the file from its beginning.
func (s *Store) AuditLog(ctx context.Context, after uint64, limit int) (entries []persistence.AuditEntry, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if limit <= 0 {
		return nil, nil
	}
	var tail persistence.AuditTail
	err = readAudit(s.fs, s.audit.path, &tail, func(e persistence.AuditEntry) bool {
		if e.N > after {
			entries = append(entries, e)
		}
		return len(entries) < limit && ctx.Err() == nil
	})
	return entries, errors.Join(err, ctx.Err())
}

// anchor is the stored form of a tail.
func anchor(t persistence.AuditTail) []byte {
	hash, _ := hex.DecodeString(t.Hash) // made by EncodeToString
	return append(binary.BigEndian.AppendUint64(nil, t.N), hash...)
}

func parseAnchor(record []byte) (t persistence.AuditTail, err error) {
	if record == nil {
		return t, nil
	}
	if len(record) != 8+32 {
		return t, errRecord
	}
	return persistence.AuditTail{N: binary.BigEndian.Uint64(record), Hash: hex.EncodeToString(record[8:])}, nil
}

// catchUp erases what the audit log says was erased and the store does not know: a crash came between, or the store is an older copy that was
// restored beside a newer log (G24). Consent that was withdrawn since is left for the session's actor, which knows what goes with it. A log that is shorter than the store knows was lost or replaced: the store serves, and says so.
func (s *Store) catchUp(ctx context.Context) error {
	record, err := get(s.db, nodeKey(nodeAudit))
	if err != nil {
		return fault("read the audit log's end", err)
	}
	known, err := parseAnchor(record)
	if err != nil {
		return fault("read the audit log's end", err)
	}
	if known.N > s.audit.tail.N {
		s.log.log.Error("the audit log lacks entries that were written; put the last copy of "+auditFile+" into the data directory. New ones are chained to what is known",
			slog.Uint64("missing_from", s.audit.tail.N+1), slog.Uint64("to", known.N))
		s.audit.tail = known
		return nil
	}
	if known == s.audit.tail {
		return nil
	}
	var again []persistence.AuditEntry
	var tail persistence.AuditTail
	batch := s.db.NewBatch()
	defer batch.Close()
	var gathered error
	ours := known.N == 0
	err = readAudit(s.fs, s.audit.path, &tail, func(e persistence.AuditEntry) bool {
		ours = ours || tail == known
		switch {
		case e.N <= known.N:
		case e.Deed == persistence.DeedErased:
			again = append(again, e)
		case e.Deed == persistence.DeedWithdrawn:
			k := sessionKey{e.Website, e.Session}
			gathered = errors.Join(gathered, batch.Set(k.in(tableWithdrawn), nil, nil))
		}
		return true
	})
	if err = errors.Join(err, gathered); err != nil {
		return fault("read the audit log", err)
	}
	if !ours {
		return fmt.Errorf("%w: %s in the data directory does not hold entry %d as the store knows it; put the last copy of the right one in its place, or take it away",
			persistence.ErrAudit, auditFile, known.N)
	}
	for _, e := range again {
		r := &request{session: sessionKey{e.Website, e.Session}, erase: true, done: make(chan outcome, 1)}
		s.committer.enqueue(r)
		if _, err := r.wait(ctx); err != nil {
			return err
		}
	}
	return fault("note the audit log's end", errors.Join(
		batch.Set(nodeKey(nodeAudit), anchor(s.audit.tail), nil), s.db.Apply(batch, pebble.Sync)))
}

// Withdrawn implements persistence.Audit.
func (s *Store) Withdrawn(ctx context.Context) (all []persistence.SessionRef, err error) {
	leave, err := s.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	it, err := s.scan(ctx, []byte{tableWithdrawn}, []byte{tableWithdrawn + 1})
	if err != nil {
		return nil, fault("list withdrawals", err)
	}
	for ok := it.First(); ok; ok = it.Next() {
		k := scrubbedSession(it.Key())
		all = append(all, persistence.SessionRef{Website: k.website, Session: k.session})
	}
	return all, fault("list withdrawals", errors.Join(it.Error(), it.Close()))
}

// MadeUp implements persistence.Audit.
func (s *Store) MadeUp(ctx context.Context, session persistence.SessionRef) error {
	k := sessionKey{session.Website, session.Session}
	return s.change(ctx, func(b *pebble.Batch) error { return b.Delete(k.in(tableWithdrawn), nil) })
}
