package chat

import (
	"fmt"
	"strings"
	"time"
)

// Trigger is an automated message of a website. It fires at most once per session (P12) and starts no conversation (P8).
type Trigger struct {
	Name string `json:"name"`
	// After is how long a visitor has to look at a page; nil: the trigger runs only when the page asks for it by name.
	After *time.Duration `json:"after,omitempty"`
	// URLPrefix is the beginning of the path of the pages on which it runs by itself; empty: all.
	URLPrefix string `json:"url,omitempty"`
	Message   string `json:"message"`
}

// Validate reports every problem of the trigger.
func (t Trigger) Validate() []error {
	var problems []error
	if t.Name == "" || len(t.Name) > MaxNameBytes {
		problems = append(problems, fmt.Errorf("trigger name: use 1 to %d bytes", MaxNameBytes))
	}
	if err := checkText(t.Message); err != nil {
		problems = append(problems, fmt.Errorf("trigger %q: message: %s", t.Name, err.Message))
	}
	if t.After != nil && *t.After < 0 {
		problems = append(problems, fmt.Errorf("trigger %q: after %v: use zero or more", t.Name, *t.After))
	}
	if t.URLPrefix != "" && !strings.HasPrefix(t.URLPrefix, "/") {
		problems = append(problems, fmt.Errorf("trigger %q: url %q: begin with /", t.Name, t.URLPrefix))
	}
	return problems
}
