package load

import (
	"context"

	"github.com/parlor-chat/parlor/bench/target"
)

// Scenario is something that is done to a running system. Its exported fields are its settings.
type Scenario interface {
	Run(ctx context.Context, t target.Target) (Result, error)
}

// Configured is a scenario that needs a Parlor with certain settings.
type Configured interface{ Settings() map[string]string }

// Seeded is a scenario that needs a Parlor with messages in its store.
type Seeded interface{ StoredMessages() int }
