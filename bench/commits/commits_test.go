package commits_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2"

	"github.com/parlor-chat/parlor/bench/commits"
)

// TestWhatIsCountedIsStored: each commit that is counted is a record in the store.
func TestWhatIsCountedIsStored(t *testing.T) {
	o := commits.Options{Dir: t.TempDir(), Writers: 8, Bytes: 200, Warmup: 20 * time.Millisecond, Duration: 100 * time.Millisecond}
	found, err := commits.Measure(t.Context(), o)
	if err != nil || found.PerSecond <= 0 || found.All < int64(found.PerSecond*0.09) {
		t.Fatalf("%+v, %v", found, err)
	}
	db, err := pebble.Open(o.Dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	records, err := db.NewIter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = records.Close() }()
	var n int64
	for records.First(); records.Valid(); records.Next() {
		n++
	}
	if n != found.All {
		t.Errorf("%d records of %d commits", n, found.All)
	}
}

func TestMeasureStops(t *testing.T) {
	broken := errors.New("broken")
	ctx, fail := context.WithCancelCause(t.Context())
	fail(broken)
	if _, err := commits.Measure(ctx, commits.Options{Dir: t.TempDir(), Writers: 1, Bytes: 1, Duration: time.Hour}); !errors.Is(err, broken) {
		t.Error(err)
	}
}
