package policy

import (
	"fmt"
	"strings"
	"time"
)

// units of a duration in words, largest first. A month is thirty days, as cookies count.
var units = [...]struct {
	size time.Duration
	name string
}{
	{365 * 24 * time.Hour, "year"}, {30 * 24 * time.Hour, "month"}, {24 * time.Hour, "day"},
	{time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"},
}

// describe says a duration in words: the largest unit that measures it exactly, else two of them.
func describe(d time.Duration) string {
	var parts []string
	for _, u := range units {
		if n := d / u.size; n > 0 && len(parts) < 2 {
			d -= n * u.size
			plural := "s"
			if n == 1 {
				plural = ""
			}
			parts = append(parts, fmt.Sprintf("%d %s%s", n, u.name, plural))
		}
	}
	if len(parts) == 0 {
		return "0 seconds"
	}
	return strings.Join(parts, " and ")
}
