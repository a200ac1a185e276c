package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/internal/figure"
)

// noted writes figures as their tests do, one of all promises but for those that are left out.
func noted(t *testing.T, without string, more ...figure.Figure) string {
	t.Helper()
	all := figure.Figure{Package: "engine", Test: "TestSome/with_a|name", Args: []string{"-seeds=7"}, Text: "7 seeds: 0 | 0"}
	for _, p := range append(guarantees, policies...) {
		if p.name != without {
			all.Guarantees = append(all.Guarantees, p.name)
		}
	}
	var lines []byte
	for _, f := range append(more, all) {
		line, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(append(lines, line...), '\n')
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "figures.jsonl"), lines, 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestThePageSaysWhatWasMeasuredAndHow(t *testing.T) {
	out := filepath.Join(t.TempDir(), "page.md")
	another := figure.Figure{Guarantees: []string{"G5"}, Package: "actors", Test: "TestFirst", Text: "first"}
	if err := write(out, noted(t, "", another)); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	_, part, _ := strings.Cut(string(text), "\n### G5\n")
	part, _, _ = strings.Cut(part, "\n### G6\n")
	for _, want := range []string{
		"| first | `go test ./actors -run '^TestFirst$'` |\n| 7 seeds: 0 \\| 0 | `go test ./engine -run '^TestSome$/^with_a\\\\|name$' -args -seeds=7` |\n",
		"gets the next one",
	} {
		if !strings.Contains(part, want) {
			t.Errorf("%q is not in:\n%s", want, part)
		}
	}
}

func TestAPromiseWithoutAFigureIsAnError(t *testing.T) {
	out := filepath.Join(t.TempDir(), "page.md")
	if err := write(out, noted(t, "G13")); err == nil || !strings.Contains(err.Error(), "G13") {
		t.Errorf("without a figure of G13: %v", err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("the page was written all the same")
	}
}

func TestAFigureOfAnUnknownPromiseIsAnError(t *testing.T) {
	dir := noted(t, "", figure.Figure{Guarantees: []string{"G99"}, Package: "engine", Test: "TestOther"})
	if err := write(filepath.Join(t.TempDir(), "page.md"), dir); err == nil || !strings.Contains(err.Error(), "TestOther") {
		t.Error(err)
	}
}

func TestThePageNamesItsMachineCommitAndDay(t *testing.T) {
	p, err := newPage(nil)
	if err != nil {
		t.Fatal(err)
	}
	m := report.Machine{CPU: "Some CPU", Cores: 2, MemoryMiB: 1024, System: "linux/amd64", Kernel: "6.1", Go: "go1.26"}
	text := p.markdown(m, "0123abc", time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC))
	if want := "Machine: 2 cores of Some CPU, 1024 MiB, linux/amd64 6.1, go1.26. Commit 0123abc, 2026-11-28."; !strings.Contains(text, want) {
		t.Errorf("%q is not in:\n%s", want, text)
	}
}
