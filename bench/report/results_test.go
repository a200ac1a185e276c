package report_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/bench/report"
)

// TestRoundTrip: what is read is what was written, from a directory, its file and the lines for programs.
func TestRoundTrip(t *testing.T) {
	want := samples()
	dir := filepath.Join(t.TempDir(), "a", "b")
	if err := report.WriteDir(dir, want); err != nil {
		t.Fatal(err)
	}
	var lines bytes.Buffer
	for _, r := range want {
		if err := r.PrintJSON(&lines); err != nil {
			t.Fatal(err)
		}
	}
	printed := write(t, lines.String())
	for _, path := range []string{dir, filepath.Join(dir, "results.json"), printed} {
		got, err := report.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%s: %d reports, want %d", path, len(got), len(want))
		}
		for i := range got {
			compact(t, got[i])
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Errorf("%s: read\n%+v, wrote\n%+v", path, got[i], want[i])
			}
		}
	}
}

// compact takes out the spaces that an indented file has in settings.
func compact(t *testing.T, r *report.Report) {
	t.Helper()
	if len(r.Settings) == 0 {
		return
	}
	if err := r.Settings.Compact(); err != nil {
		t.Fatal(err)
	}
}

// TestReadsNothingElse: a program does not guess what other files mean.
func TestReadsNothingElse(t *testing.T) {
	for text, want := range map[string]string{
		"":                               "no reports",
		"[]":                             "no reports",
		"{}":                             "no format",
		`[{"scenario":"idle"}]`:          "no format",
		`{"format":99,"scenario":{}}`:    "format 99 is newer than",
		`{"format":1,"scenario":"idle"}`: "without scenario, systems or figures",
		`{"format":1,"scenario":7}`:      "string",
		`{"format":1,"scenario":"idle"`:  "unexpected EOF",
		"figures of last week":           "invalid character",
		`[3]`:                            "number",
	} {
		_, err := report.Read(write(t, text))
		if !errors.Is(err, report.ErrFormat) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	for _, path := range []string{t.TempDir(), filepath.Join(t.TempDir(), "none.json")} {
		if _, err := report.Read(path); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "some.json")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}
