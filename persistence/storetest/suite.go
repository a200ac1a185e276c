package storetest

import (
	"testing"

	"github.com/parlor-chat/parlor/persistence"
)

// Option changes how the suite runs.
type Option func(*suite)

// WithReopen adds the tests of what survives a restart. The function closes the store, opens it again, and returns it.
func WithReopen(reopen func(t *testing.T, s persistence.Store) persistence.Store) Option {
	return func(s *suite) { s.reopen = reopen }
}

// suite is one run against one kind of store.
type suite struct {
	open   func(t *testing.T) persistence.Store
	reopen func(t *testing.T, s persistence.Store) persistence.Store
}

// test is one test. The store is empty; the suite closes it.
type test struct {
	name string
	run  func(t *testing.T, s persistence.Store)
}

// Run runs the suite. Each test gets a store of its own from open, which the suite closes.
func Run(t *testing.T, open func(t *testing.T) persistence.Store, options ...Option) {
	t.Helper()
	s := &suite{open: open}
	for _, option := range options {
		option(s)
	}
	for name, tests := range map[string][]test{
		"commit":    commitTests(),
		"fence":     fenceTests(),
		"dedupe":    dedupeTests(),
		"messages":  messageTests(),
		"notes":     noteTests(),
		"rewrite":   rewriteTests(),
		"inbox":     inboxTests(),
		"erase":     eraseTests(),
		"audit":     auditTests(),
		"identify":  identifyTests(),
		"websites":  isolationTests(),
		"directory": directoryTests(),
		"logins":    loginTests(),
		"networks":  networkTests(),
		"parallel":  parallelTests(),
		"lifecycle": lifecycleTests(),
	} {
		t.Run(name, func(t *testing.T) { s.runAll(t, tests) })
	}
	t.Run("model", s.runModel)
	if s.reopen != nil {
		t.Run("reopen", s.runReopen)
	}
}

func (s *suite) runAll(t *testing.T, tests []test) {
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, s.opened(t)) })
	}
}

// opened returns an empty store that is closed when the test ends.
func (s *suite) opened(t *testing.T) persistence.Store {
	t.Helper()
	store := s.open(t)
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return store
}
