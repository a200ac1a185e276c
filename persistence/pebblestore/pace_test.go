package pebblestore

import (
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/vfs"
)

// slowFile takes a while for each write.
type slowFile struct{ vfs.File }

func (slowFile) Write(p []byte) (int, error) {
	time.Sleep(time.Millisecond)
	return len(p), nil
}

func TestTablesAreWrittenAtAPace(t *testing.T) {
	for name, c := range map[string]struct {
		urgent bool
		want   time.Duration
	}{
		"at leisure": {false, 40 * 4 * time.Millisecond},
		"urgent":     {true, 40 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				f := &paced{File: slowFile{}, urgent: func() bool { return c.urgent }, since: began}
				for range 40 {
					if n, err := f.Write(make([]byte, paceBytes)); n != paceBytes || err != nil {
						t.Fatal(n, err)
					}
				}
				if took := time.Since(began); took != c.want {
					t.Errorf("40 writes of 1 ms took %v, want %v", took, c.want)
				}
			})
		})
	}
}

func TestWhatIsUrgent(t *testing.T) {
	db, err := pebble.Open("", &pebble.Options{FS: vfs.NewMem(), L0CompactionThreshold: 100, L0StopWritesThreshold: 100, DisableAutomaticCompactions: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	var logged atomic.Int64
	p := &pacer{logged: &logged, memTable: 1000}
	if !p.urgent(flushing) || !p.urgent(compacting) {
		t.Error("nothing pauses without a database: it is being opened or closed")
	}
	p.use(db)
	if p.urgent(flushing) || p.urgent(compacting) {
		t.Error("nothing is urgent when nothing is written")
	}
	logged.Store(1000/urgentPart + 1)
	if !p.urgent(flushing) || p.urgent(compacting) {
		t.Error("the flush is urgent, and only the flush, when much was logged meanwhile")
	}
	for range urgentTables + 1 {
		if err := db.Set([]byte("key"), nil, nil); err != nil {
			t.Fatal(err)
		}
		if err := db.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	p.looked = time.Time{}
	if !p.urgent(compacting) {
		t.Errorf("%d tables in level 0 do not make a compaction urgent", urgentTables+1)
	}
}
