package pebblestore_test

import (
	"log/slog"
	"os"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"go.uber.org/goleak"

	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
	"github.com/parlor-chat/parlor/persistence/storetest"
)

func TestMain(m *testing.M) {
	if os.Getenv(alone) != "" { // what is left behind there ends with the process
		os.Exit(m.Run())
	}
	goleak.VerifyTestMain(m)
}

// dirs opens stores in memory and remembers where, to open them again.
type dirs map[persistence.Store]vfs.FS

func (d dirs) open(t *testing.T, fs vfs.FS) persistence.Store {
	t.Helper()
	s, err := pebblestore.Open(pebblestore.Options{Dir: "/data", FS: fs, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	d[s] = fs
	return s
}

func TestStore(t *testing.T) {
	d := make(dirs)
	storetest.Run(t,
		func(t *testing.T) persistence.Store { return d.open(t, vfs.NewMem()) },
		storetest.WithReopen(func(t *testing.T, s persistence.Store) persistence.Store {
			if err := s.Close(); err != nil {
				t.Fatalf("close: %v", err)
			}
			return d.open(t, d[s])
		}))
}
