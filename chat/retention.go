package chat

import (
	"fmt"
	"time"
)

// Retention is a website's policy of how long things are kept once a conversation started (P6, P10). The zero value keeps conversations until an
// agent deletes them, the address of the last access with them, and identification records for DefaultIdentification.
type Retention struct {
	// IP is the term of the address in the conversation, after the last access; zero keeps it as long as the conversation.
	IP time.Duration `json:"ip,omitempty"`
	// Identification is the term of identification records, which survive the conversation; zero is DefaultIdentification, NoIdentification
	// makes none.
	Identification time.Duration `json:"identification,omitempty"`
	// Conversations is after how long without a message a conversation is deleted; zero keeps it until an agent deletes it (P6).
	Conversations time.Duration `json:"conversations,omitempty"`
}

const (
	// MinIPRetention is the least term of P10.
	MinIPRetention = 365 * 24 * time.Hour
	// DefaultIdentification is how long an identification record is kept when nothing else was said.
	DefaultIdentification = MinIPRetention
	// NoIdentification makes no identification records.
	NoIdentification = time.Duration(-1)
	// MinConversations is the least age at which conversations may be deleted by themselves.
	MinConversations = 24 * time.Hour
)

// Validate reports every problem of the policy.
func (r Retention) Validate() []error {
	var problems []error
	if r.IP != 0 && r.IP < MinIPRetention {
		problems = append(problems, fmt.Errorf("ip retention %v: P10 allows indefinite (0) or at least one year (8760h)", r.IP))
	}
	if r.Identification != 0 && r.Identification != NoIdentification && r.Identification < MinIPRetention {
		problems = append(problems, fmt.Errorf("identification %v: use none, or at least one year (8760h, P10)", r.Identification))
	}
	if r.Conversations != 0 && r.Conversations < MinConversations {
		problems = append(problems, fmt.Errorf("conversation retention %v: use 0 (until an agent deletes it) or at least one day (24h)", r.Conversations))
	}
	return problems
}

// Identifies reports whether identification records are made, and for how long they are kept.
func (r Retention) Identifies() (term time.Duration, ok bool) {
	if r.Identification == 0 {
		return DefaultIdentification, true
	}
	return max(0, r.Identification), r.Identification > 0
}

// KeepsIP reports whether the address of a session is still to be kept. A temporary session's address never outlives it (P9).
func (r Retention) KeepsIP(permanent bool, lastAccess, now time.Time) bool {
	return permanent && (r.IP == 0 || now.Sub(lastAccess) < r.IP)
}

// KeepsConversation reports whether a conversation is still to be kept, by its newest message.
func (r Retention) KeepsConversation(newest, now time.Time) bool {
	return r.Conversations == 0 || now.Sub(newest) < r.Conversations
}

// Terms reports whether anything ends by itself but identification records.
func (r Retention) Terms() bool { return r.IP != 0 || r.Conversations != 0 }
