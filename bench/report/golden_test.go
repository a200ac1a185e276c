package report_test

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/bench/report"
)

var update = flag.Bool("update", false, "write what reports look like anew")

const golden = "testdata/golden"

// TestGoldenResults: what a run leaves is what was looked at and found good.
func TestGoldenResults(t *testing.T) {
	dir := t.TempDir()
	if err := report.WriteDir(dir, samples()); err != nil {
		t.Fatal(err)
	}
	sameFiles(t, dir, filepath.Join(golden, "results"))
}

// sameFiles compares all files of two directories, or makes the second like the first.
func sameFiles(t *testing.T, got, want string) {
	t.Helper()
	if *update {
		if err := os.RemoveAll(want); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(want, os.DirFS(got)); err != nil {
			t.Fatal(err)
		}
	}
	gotFiles, wantFiles := contents(t, got), contents(t, want)
	for name, content := range wantFiles {
		if other, ok := gotFiles[name]; !ok {
			t.Errorf("no %s", name)
		} else if !bytes.Equal(other, content) {
			t.Errorf("%s is not as in %s (-update writes it anew): %s", name, want, firstDifference(other, content))
		}
	}
	for name := range gotFiles {
		if _, ok := wantFiles[name]; !ok {
			t.Errorf("%s is not in %s (-update adds it)", name, want)
		}
	}
}

func firstDifference(got, want []byte) string {
	gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
	for i := range min(len(gotLines), len(wantLines)) {
		if gotLines[i] != wantLines[i] {
			return fmt.Sprintf("line %d is\n%s\nwant\n%s", i+1, gotLines[i], wantLines[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(gotLines), len(wantLines))
}

func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := make(map[string][]byte)
	tree := os.DirFS(dir)
	err := fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all[path], err = fs.ReadFile(tree, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
