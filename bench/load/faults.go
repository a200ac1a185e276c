package load

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// The kinds of what may go wrong.
const (
	refused   = "refused"
	misplaced = "lost, repeated or out of order"
	unasked   = "ack without its message"
	cutOff    = "connection lost"
	missing   = "without an answer at the end"
	gap       = "gap in a log"
	failed    = "failed"
)

// faults counts what goes wrong. The first ends the scenario; what else is seen until everybody has stopped is counted too.
type faults struct {
	fail   context.CancelCauseFunc
	mu     sync.Mutex
	counts map[string]int
	first  error
}

func (f *faults) add(kind string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.counts == nil {
		f.counts, f.first = make(map[string]int), err
	}
	f.counts[kind]++
	f.fail(err)
}

// err is everything that went wrong, or else the given error.
func (f *faults) err(otherwise error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.first == nil {
		return otherwise
	}
	total, kinds := 0, []string{}
	for _, kind := range slices.Sorted(maps.Keys(f.counts)) {
		total += f.counts[kind]
		kinds = append(kinds, fmt.Sprintf("%d %s", f.counts[kind], kind))
	}
	return fmt.Errorf("load: %d errors (%s); the first: %w", total, strings.Join(kinds, ", "), f.first)
}

// kindOf is the kind of what parse complains about.
func kindOf(err error) string {
	if errors.Is(err, errRefused) {
		return refused
	}
	return misplaced
}
