package chat

import (
	"fmt"
	"time"
)

// Retention is a website's policy of how long an address is kept once a conversation started (P10).
type Retention struct {
	// IP is the term after the last access; zero keeps it indefinitely, which is the default.
	IP time.Duration `json:"ip,omitempty"`
}

// MinIPRetention is the least term of P10.
const MinIPRetention = 365 * 24 * time.Hour

// Validate reports every problem of the policy.
func (r Retention) Validate() []error {
	if r.IP != 0 && r.IP < MinIPRetention {
		return []error{fmt.Errorf("ip retention %v: P10 allows indefinite (0) or at least one year (8760h)", r.IP)}
	}
	return nil
}

// KeepsIP reports whether the address of a session is still to be kept. A temporary session's address never outlives it (P9).
func (r Retention) KeepsIP(permanent bool, lastAccess, now time.Time) bool {
	return permanent && (r.IP == 0 || now.Sub(lastAccess) < r.IP)
}
