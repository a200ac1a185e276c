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
	"sync"
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
	// behind are entries that the store does not know yet, as openAudit found them; lost says that the log does not reach as far as the store knows.
	behind []persistence.AuditEntry
	lost   bool

	mu   sync.Mutex // covers what follows
	end  int64      // where the next line goes; what stands behind it was never answered for
	tail persistence.AuditTail
}

// openAudit opens the file, or makes it. Whatever was answered for, the store knows: so what a crash or a failed write left behind that, and that does
// not follow from it, goes. A log that does not reach that far stays as it is, and is appended to.
func openAudit(fs vfs.FS, dir string, known persistence.AuditTail, log *slog.Logger) (*auditLog, error) {
	l := &auditLog{fs: fs, path: fs.PathJoin(dir, auditFile)}
	size, err := l.find(known)
	if err == nil && l.lost {
		log.Error("the audit log lacks entries that were written; put the last copy of "+auditFile+" into the data directory. New ones are chained to what is known",
			slog.Uint64("missing_from", l.tail.N+1), slog.Uint64("to", known.N))
		l.tail = known
	}
	if err == nil && size != l.end {
		log.Warn("the audit log ended in what does not follow from it: that was taken away", slog.Int64("bytes", size-l.end))
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

// find sets where the log ends, and tells the size of the file. Its last line is enough, if that is the last one that the store knows.
func (l *auditLog) find(known persistence.AuditTail) (size int64, err error) {
	f, err := l.fs.Open(l.path)
	if errors.Is(err, os.ErrNotExist) {
		l.lost = known.N > 0
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
	part := make([]byte, min(size, maxAuditLine))
	if _, err := f.ReadAt(part, size-int64(len(part))); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	whole := bytes.LastIndexByte(part, '\n') + 1 // behind the last newline
	if whole == len(part) && whole > 0 {
		last, err := persistence.ParseAuditEntry(part[bytes.LastIndexByte(part[:whole-1], '\n')+1:])
		if err == nil && (persistence.AuditTail{N: last.N, Hash: last.Hash}) == known {
			l.end, l.tail = size, known
			return size, nil
		}
	}
	reached := known.N == 0
	l.end, err = readAudit(f, &l.tail, func(e persistence.AuditEntry) bool {
		if reached {
			l.behind = append(l.behind, e)
		}
		reached = reached || l.tail == known
		return true
	})
	switch l.lost = !reached; {
	case err != nil && !errors.Is(err, persistence.ErrAudit):
		return size, err
	case l.lost && l.tail.N >= known.N:
		return size, fmt.Errorf("%w: %s in the data directory does not hold entry %d as the store knows it; put the last copy of the right one in its place, or take it away",
			persistence.ErrAudit, auditFile, known.N)
	case l.lost:
		l.end = size - int64(len(part)-whole)
	}
	return size, nil
}

// stand is the log's end.
func (l *auditLog) stand() (end int64, tail persistence.AuditTail) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.end, l.tail
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
	end, tail := l.stand()
	var lines []byte
	for i := range entries {
		line, err := tail.Append(&entries[i], time.Now())
		if err != nil {
			return err
		}
		lines = append(lines, line...)
	}
	if _, err := l.file.WriteAt(lines, end); err != nil {
		return fault("write the audit log", err)
	}
	if err := l.file.Sync(); err != nil {
		return fault("write the audit log", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end, l.tail = end+int64(len(lines)), tail
	return nil
}

// read calls f as readAudit does, up to the end.
func (l *auditLog) read(f func(persistence.AuditEntry) bool) (err error) {
	end, known := l.stand()
	in, err := l.fs.Open(l.path, vfs.SequentialReadsOption)
	if err != nil {
		return fault("read the audit log", err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	var tail persistence.AuditTail
	whole := true
	_, err = readAudit(io.LimitReader(in, end), &tail, func(e persistence.AuditEntry) bool {
		whole = f(e)
		return whole
	})
	if err == nil && whole && tail != known {
		err = fmt.Errorf("%w: it ends with entry %d, and the store knows entry %d", persistence.ErrAudit, tail.N, known.N)
	}
	return err
}

// copyTo makes a copy of the log up to its end.
func (l *auditLog) copyTo(path string) error {
	in, err := l.fs.Open(l.path, vfs.SequentialReadsOption)
	if err != nil {
		return err
	}
	out, err := l.fs.Create(path, vfs.WriteCategoryUnspecified)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	end, _ := l.stand()
	_, err = io.Copy(out, io.LimitReader(in, end))
	return errors.Join(err, out.Sync(), out.Close(), in.Close())
}

func (l *auditLog) close() error { return l.file.Close() }

// readAudit calls f for each line of an audit log in order, as long as it returns true, and tells where the last line that follows ends. Errors:
// ErrAudit, or the reader's.
func readAudit(in io.Reader, tail *persistence.AuditTail, f func(persistence.AuditEntry) bool) (end int64, err error) {
	lines := bufio.NewReaderSize(in, maxAuditLine)
	for {
		line, err := lines.ReadSlice('\n')
		if errors.Is(err, io.EOF) {
			return end, nil // what follows the last newline, a crash left unfinished
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return end, err
		}
		e, err := tail.Follow(line) // a line that is too long is no entry
		if err != nil {
			return end, err
		}
		end += int64(len(line))
		if !f(e) {
			return end, nil
		}
	}
}

// readAuditFile is readAudit of a file; no file is an empty log.
func readAuditFile(fs vfs.FS, path string, tail *persistence.AuditTail, f func(persistence.AuditEntry) bool) (err error) {
	in, err := fs.Open(path, vfs.SequentialReadsOption)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = readAudit(in, tail, f)
	return errors.Join(err, in.Close())
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
	err = s.audit.read(func(e persistence.AuditEntry) bool {
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

// knownAudit is how far the store goes along with the audit log.
func (s *Store) knownAudit() (persistence.AuditTail, error) {
	record, err := get(s.db, nodeKey(nodeAudit))
	if err != nil {
		return persistence.AuditTail{}, err
	}
	return parseAnchor(record)
}

// catchUp erases what the audit log says was erased and the store does not know: a crash came between, or the store is an older copy that was
// restored beside a newer log (G24); identification records likewise. Consent that was withdrawn since is left for the session's actor, which knows
// what goes with it.
func (s *Store) catchUp(ctx context.Context) error {
	known, err := s.knownAudit()
	if err != nil {
		return fault("read the audit log's end", err)
	}
	_, tail := s.audit.stand()
	if known == tail {
		return nil
	}
	batch := s.db.NewBatch()
	defer batch.Close()
	for _, e := range s.audit.behind {
		k := sessionKey{e.Website, e.Session}
		switch e.Deed {
		case persistence.DeedErased:
			r := &request{session: k, erase: true, done: make(chan outcome, 1)}
			s.committer.enqueue(r)
			_, err = r.wait(ctx)
		case persistence.DeedForgotten:
			err = s.eraseIdentifications(ctx, batch, k)
		case persistence.DeedWithdrawn:
			err = batch.Set(k.in(tableWithdrawn), nil, nil)
		}
		if err != nil {
			return fault("make up for what was recorded since", err)
		}
	}
	s.audit.behind = nil
	return fault("note the audit log's end", errors.Join(
		batch.Set(nodeKey(nodeAudit), anchor(tail), nil), s.db.Apply(batch, pebble.Sync)))
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
