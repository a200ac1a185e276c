package engine

import (
	"math"
	"testing"
)

func TestRoomForTemporarySessions(t *testing.T) {
	for _, c := range []struct {
		setting string
		memory  int64
		want    int
	}{
		{"auto", 1 << 30, 131_072}, {"auto", math.MaxInt64, 1_000_000}, {"auto", 1, 1}, {"0", 1 << 30, 0}, {"7", 1 << 30, 7},
	} {
		if n, err := (Limits{TemporarySessions: c.setting}).temporarySessions(c.memory); n != c.want || err != nil {
			t.Errorf("%s of %d bytes: %d, %v; want %d", c.setting, c.memory, n, err, c.want)
		}
	}
	for _, text := range []string{"", "-1", "many", "1073741825", "1.5"} {
		c := Default()
		if c.Limits.TemporarySessions = text; c.Validate() == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
