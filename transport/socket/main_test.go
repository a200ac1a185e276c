package socket_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails when a test leaves a goroutine behind: a reader, a writer, or the clock.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
