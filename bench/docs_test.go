package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocs: runs are merged, and the document shows the result.
func TestDocs(t *testing.T) {
	dir := t.TempDir()
	all, file, images := filepath.Join(dir, "all"), filepath.Join(dir, "performance.md"), filepath.Join(dir, "images")
	if err := os.WriteFile(file, []byte("<!-- measured: idle -->\n<!-- end -->\n\n<!-- measured: churn -->\n<!-- end -->\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"merge", all, results(t, "idle", 7000), results(t, "storm", 5), results(t, "idle", 8000)},
		{"docs", all, "--file=" + file, "--images=" + images},
	} {
		var out, log bytes.Buffer
		if code := run(t.Context(), args, &out, &log); code != 0 || out.Len() > 0 {
			t.Fatalf("%s: code %d, %q, %q", args, code, out.String(), log.String())
		}
		if args[0] == "docs" && log.String() != "churn: no results, left as it was\n" {
			t.Errorf("says %q", log.String())
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"(images/idle-rate.svg)", "| parlor | 8,001 (8,000 to 8,002) |"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if _, err := os.Stat(filepath.Join(images, "idle-rate.svg")); err != nil {
		t.Error(err)
	}
	for _, args := range [][]string{{"docs", all, "--file=" + filepath.Join(dir, "none.md")}, {"docs", file}, {"merge", all, file}} {
		var out, log bytes.Buffer
		if code := run(t.Context(), args, &out, &log); code != 1 || log.Len() == 0 {
			t.Errorf("%s: code %d, %q", args, code, log.String())
		}
	}
}
