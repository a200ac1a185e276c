package engine

import "testing"

func TestDescriptorsAreShared(t *testing.T) {
	for _, tt := range []struct {
		limit          uint64
		store, sockets int
		configured     int
		atMost         int
	}{
		{limit: 0, configured: 0, atMost: 0},
		{limit: 0, configured: 7, atMost: 7},
		{limit: 64, store: 80, sockets: 16, atMost: 16},
		{limit: 256, store: 80, sockets: 112, atMost: 112},
		{limit: 256, store: 80, sockets: 112, configured: 100, atMost: 100},
		{limit: 1024, store: 80, sockets: 880, configured: 2000, atMost: 880},
		{limit: 65536, store: 1000, sockets: 64472, atMost: 64472},
		{limit: 1 << 63, store: 1000, sockets: 1<<30 - 1064, atMost: 1<<30 - 1064},
	} {
		d := shareDescriptors(tt.limit)
		if d.store != tt.store || d.sockets != tt.sockets || d.atMost(tt.configured) != tt.atMost {
			t.Errorf("of %d: %d for the store, %d sockets, %d of %d", tt.limit, d.store, d.sockets, d.atMost(tt.configured), tt.configured)
		}
	}
}
