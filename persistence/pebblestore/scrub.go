package pebblestore

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/persistence"
)

// scrubApart is up to how many sessions are compacted one by one. More of them lie in most files anyway, and one pass over what is
// between the first and the last is then less work.
const scrubApart = 32

// goneInterval is how often Scrub looks whether the files it waits for are gone.
const goneInterval = 20 * time.Millisecond

// Scrub implements persistence.Sessions. What an erasure deleted, or a step replaced, is still in log files and tables until these are
// themselves replaced. So: flush, which makes every log file so far obsolete; compact these sessions' ranges down to the last level, which drops
// deleted and replaced entries (there are no snapshots that could hold them); wait until the replaced files are removed. Never Excise, which
// only hides bytes. What waits to be scrubbed is itself stored, so that a restart forgets none of it.
//
// It rewrites the tables that hold erased ranges, waits for readers that use them, and may be repeated at any time; when it fails or its
// context ends, the next call does the rest.
func (s *Store) Scrub(ctx context.Context) error {
	leave, err := s.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	waiting, err := s.waitingScrubs(ctx)
	if err != nil || len(waiting) == 0 {
		return fault("list what is to be scrubbed", err)
	}
	logs, err := s.dataFiles(logSuffix)
	if err != nil {
		return fault("list the logs", err)
	}
	if err := s.flush(ctx); err != nil {
		return fault("flush", err)
	}
	for _, r := range scrubRanges(waiting) {
		if err := s.db.Compact(ctx, r.Start, r.End, false); err != nil {
			return fault("compact what was erased", err)
		}
	}
	tables, err := s.dataFiles(tableSuffix) // now: also those that another compaction has made meanwhile of what was erased
	if err != nil {
		return fault("list the tables", err)
	}
	if err := s.waitGone(ctx, append(logs, tables...)); err != nil {
		return fault("wait for replaced files to be removed", err)
	}
	return s.clerk.do(ctx, func() error { return s.forgetScrubs(waiting) })
}

// waitingScrubs lists the marks of what was erased or replaced and not scrubbed, in the order of keys.
func (s *Store) waitingScrubs(ctx context.Context) (waiting [][]byte, err error) {
	it, err := s.scan(ctx, []byte{tableScrub}, []byte{tableScrubRange + 1})
	if err != nil {
		return nil, err
	}
	for ok := it.First(); ok; ok = it.Next() {
		if key := it.Key(); len(key) >= sessionKeyBytes {
			waiting = append(waiting, bytes.Clone(key))
		}
	}
	return waiting, errors.Join(it.Error(), it.Close())
}

// scrubRanges are what the marks are about.
func scrubRanges(waiting [][]byte) []pebble.KeyRange {
	var sessions, others []pebble.KeyRange
	var last sessionKey
	for _, mark := range waiting {
		if mark[0] == tableScrubRange {
			others = append(others, scrubbedRange(mark))
			continue
		}
		if k := scrubbedSession(mark); len(sessions) == 0 || k != last {
			start, end := k.span()
			sessions, last = append(sessions, pebble.KeyRange{Start: start, End: end}), k
		}
	}
	return append(merged(sessions), merged(others)...)
}

// merged makes one range of many.
func merged(ranges []pebble.KeyRange) []pebble.KeyRange {
	if len(ranges) > scrubApart {
		last := slices.MaxFunc(ranges, func(a, b pebble.KeyRange) int { return bytes.Compare(a.End, b.End) })
		return []pebble.KeyRange{{Start: ranges[0].Start, End: last.End}}
	}
	return ranges
}

// rangeMark is the mark of a range of keys that was deleted. All that it says is in its key, and no two are the same, so that a Scrub under way forgets
// no newer one.
func rangeMark(start, end []byte) []byte {
	mark := append([]byte{tableScrubRange, byte(len(start)), byte(len(end))}, start...)
	return binary.BigEndian.AppendUint64(append(mark, end...), rand.Uint64())
}

// scrubbedRange is what rangeMark was made of.
func scrubbedRange(mark []byte) pebble.KeyRange {
	end := min(3+int(mark[1]), len(mark))
	return pebble.KeyRange{Start: mark[3:end], End: mark[end:min(end+int(mark[2]), len(mark))]}
}

// scrubbedSession is whose mark it is.
func scrubbedSession(mark []byte) (k sessionKey) {
	copy(k.website[:], mark[1:])
	copy(k.session[:], mark[1+len(k.website):])
	return k
}

func (s *Store) flush(ctx context.Context) error {
	flushed, err := s.db.AsyncFlush()
	if err != nil {
		return err
	}
	select {
	case <-flushed:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// dataFiles lists the files of a kind.
func (s *Store) dataFiles(suffix string) ([]string, error) {
	names, err := s.fs.List(s.dir)
	return slices.DeleteFunc(names, func(name string) bool { return !strings.HasSuffix(name, suffix) }), err
}

const (
	logSuffix   = ".log"
	tableSuffix = ".sst"
)

// waitGone waits until of the files only tables in use are left.
func (s *Store) waitGone(ctx context.Context, files []string) error {
	ticker := time.NewTicker(goneInterval)
	defer ticker.Stop()
	for {
		s.fs.removeLeft()
		inUse, err := s.tablesInUse() // each time: one that a compaction is about to make was not, and will be
		if err != nil {
			return err
		}
		files, err = s.still(slices.DeleteFunc(files, func(name string) bool { return inUse[name] }))
		if err != nil || len(files) == 0 {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Store) tablesInUse() (map[string]bool, error) {
	levels, err := s.db.SSTables()
	if err != nil {
		return nil, err
	}
	inUse := make(map[string]bool)
	for _, level := range levels {
		for _, table := range level {
			inUse[fmt.Sprint(table.BackingSSTNum, tableSuffix)] = true
		}
	}
	return inUse, nil
}

// still returns those of the files that exist.
func (s *Store) still(files []string) ([]string, error) {
	var left []string
	for _, name := range files {
		switch _, err := s.fs.Stat(s.fs.PathJoin(s.dir, name)); {
		case err == nil:
			left = append(left, name)
		case !errors.Is(err, os.ErrNotExist):
			return nil, err
		}
	}
	return left, nil
}

// forgetScrubs notes that the bytes are off the disk. An erased id stays known.
func (s *Store) forgetScrubs(done [][]byte) error {
	var gone []persistence.AuditEntry
	batch := s.db.NewBatch()
	defer batch.Close()
	for _, mark := range done {
		if err := batch.Delete(mark, nil); err != nil {
			return fault("note what was scrubbed", err)
		}
		if mark[0] == tableScrub && len(mark) == sessionKeyBytes { // of an erasure
			k := scrubbedSession(mark)
			gone = append(gone, persistence.AuditEntry{Deed: persistence.DeedGone, Website: k.website, Session: k.session})
		}
	}
	if len(gone) > 0 {
		if err := s.audit.append(gone); err != nil {
			return err
		}
		if err := batch.Set(nodeKey(nodeAudit), anchor(s.audit.tail), nil); err != nil {
			return fault("note what was scrubbed", err)
		}
	}
	return fault("note what was scrubbed", s.db.Apply(batch, pebble.Sync))
}
