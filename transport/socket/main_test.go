package socket_test

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"testing"

	"go.uber.org/goleak"
)

// parked is the mode in which the tests run.
var parked bool

// TestMain runs all tests in each mode, and fails when one leaves a goroutine behind: a reader, a writer, or the clock.
func TestMain(m *testing.M) {
	flag.Parse()
	modes := []bool{false}
	if runtime.GOOS == "linux" {
		modes = append(modes, true)
	}
	for _, parked = range modes {
		code := m.Run()
		if err := goleak.Find(); code == 0 && err != nil {
			code = 1
			fmt.Fprintln(os.Stderr, err)
		}
		if code != 0 {
			fmt.Fprintln(os.Stderr, "FAIL with parked =", parked)
			os.Exit(code)
		}
	}
}
