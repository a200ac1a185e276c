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

// describe says a duration in words, all of it: a document that states a term must not state a shorter one. Less than a second counts as one.
func describe(d time.Duration) string {
	d += (time.Second - d%time.Second) % time.Second
	var parts []string
	for _, u := range units {
		if n := d / u.size; n > 0 {
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
	last := len(parts) - 1
	if last == 0 {
		return parts[0]
	}
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}
