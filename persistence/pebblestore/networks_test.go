package pebblestore_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/persistence"
)

func TestScrubNetworks(t *testing.T) {
	dir := t.TempDir()
	s := openPlain(t, dir)
	defer func() { mustClose(t, s) }()
	epoch := claim(t, s)
	const needle = 12_345_678_901_234_567
	holding := func() (n int) {
		t.Helper()
		files, err := filepath.Glob(filepath.Join(dir, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			data, err := os.ReadFile(path)
			if err != nil && !os.IsNotExist(err) {
				t.Fatal(err)
			}
			n += bytes.Count(data, []byte("12345678901234567"))
		}
		return n
	}
	put := func(n persistence.Network) {
		t.Helper()
		if err := s.PutNetworks(t.Context(), map[persistence.NetworkHash]persistence.Network{{1}: n}); err != nil {
			t.Fatal(err)
		}
	}
	put(persistence.Network{Bits: 64, Blocks: []persistence.NetworkBlock{{Session: needle, At: time.UnixMilli(1)}}})
	fill(t, s, epoch, 500)
	scrub(t, s)
	if holding() == 0 {
		t.Fatal("the network is not in the files: this test does not see")
	}
	put(persistence.Network{})
	scrub(t, s)
	if n := holding(); n != 0 {
		t.Errorf("the files hold the deleted network %d times", n)
	}
}
