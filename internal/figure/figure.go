package figure

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

// Variable names the environment variable that says into which directory, by its absolute path, figures are noted; without it they are only
// logged. It does not begin with PARLOR_: those are settings of the program, which tests start.
const Variable = "FIGURES_DIR"

// file is the one in the directory: a line of JSON for each figure.
const file = "figures.jsonl"

// Figure is what one test measured of one guarantee.
type Figure struct {
	// Guarantees are G1 to G24 or P1 to P15.
	Guarantees []string `json:"guarantees"`
	// Package is where the test is, from the module's root: "persistence/pebblestore".
	Package string `json:"package"`
	// Test is the test's name, as go test -run takes it.
	Test string `json:"test"`
	// Args are the flags of its own with which the test ran, such as "-seeds=200".
	Args []string `json:"args,omitempty"`
	// Text is the figure in words.
	Text string `json:"text"`
}

// Note notes a figure when the test ends, if it passed. guarantees names what the figure is for, such as "G1" or "G1 G4"; the text is a line
// of Markdown without the name of the test. It may be called from any goroutine of the test.
func Note(t testing.TB, guarantees, format string, args ...any) {
	t.Helper()
	f := Figure{strings.Fields(guarantees), tested(), t.Name(), given(), fmt.Sprintf(format, args...)}
	t.Logf("%s: %s", guarantees, f.Text)
	dir := os.Getenv(Variable)
	if dir == "" {
		return
	}
	t.Cleanup(func() {
		if t.Failed() {
			return
		}
		if err := f.write(dir); err != nil {
			t.Errorf("figure: %v", err)
		}
	})
}

// tested is the package that this program tests.
func tested() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	return strings.TrimSuffix(strings.TrimPrefix(info.Path, info.Main.Path+"/"), ".test")
}

// given are the program's flags that are none of go test's.
func given() (args []string) {
	flag.Visit(func(f *flag.Flag) {
		if !strings.HasPrefix(f.Name, "test.") {
			args = append(args, fmt.Sprintf("-%s=%s", f.Name, f.Value))
		}
	})
	return args
}

// write appends one line; several processes may do so at once.
func (f *Figure) write(dir string) error {
	line, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	out, err := os.OpenFile(filepath.Join(dir, file), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	if _, err = out.Write(append(line, '\n')); err != nil {
		_ = out.Close()
		return err
	}
	return out.Close()
}

// Read returns the figures of a directory, in the order in which they were noted. Of a test that ran several times only the last run counts.
func Read(dir string) ([]Figure, error) {
	data, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		return nil, err
	}
	var all []Figure
	place := make(map[string]int)
	for line := range strings.Lines(string(data)) {
		var f Figure
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			return nil, fmt.Errorf("figure: %s: %w", file, err)
		}
		key := f.Package + " " + f.Test + " " + strings.Join(f.Guarantees, " ")
		if i, again := place[key]; again {
			all[i] = f
			continue
		}
		place[key] = len(all)
		all = append(all, f)
	}
	return all, nil
}
