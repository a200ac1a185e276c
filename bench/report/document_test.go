package report_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/bench/report"
)

// document is a fresh copy of the test's document, in a directory in which nothing else is.
func document(t *testing.T) report.Document {
	t.Helper()
	text, err := os.ReadFile("testdata/document.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	d := report.Document{File: filepath.Join(dir, "document.md"), Images: filepath.Join(dir, "images", "charts")}
	if err := os.WriteFile(d.File, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return d
}

func updated(t *testing.T, d report.Document, reports []*report.Report) []string {
	t.Helper()
	left, err := d.Update(reports)
	if err != nil {
		t.Fatal(err)
	}
	return left
}

// TestGoldenDocument: between the marks stands what was measured, all else stays, and doing it again changes nothing.
func TestGoldenDocument(t *testing.T) {
	d := document(t)
	for range 2 {
		if left := updated(t, d, samples()); !slices.Equal(left, []string{"storm"}) {
			t.Errorf("left %q", left)
		}
		sameFiles(t, filepath.Dir(d.File), filepath.Join(golden, "document"))
	}
}

// TestDocumentDrawsWhatItShows: each link has its chart, and charts without a link go.
func TestDocumentDrawsWhatItShows(t *testing.T) {
	d := document(t)
	updated(t, d, samples())
	idle := sampleIdle()
	idle.Figures = idle.Figures[:1]
	updated(t, d, []*report.Report{idle}) // the others stay as they were
	text, err := os.ReadFile(d.File)
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(d.Images, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if !strings.Contains(string(text), "(images/charts/"+filepath.Base(file)+")") {
			t.Errorf("%s is not shown", file)
		}
	}
	// saturate has 2, fixed 2 and its latencies, idle the one that is left, history 1.
	if links := strings.Count(string(text), ".svg)"); links != 2+3+1+1 || len(files) != links {
		t.Errorf("%d links, %d files", links, len(files))
	}
}

// TestDocumentWithoutMarks is not touched.
func TestDocumentWithoutMarks(t *testing.T) {
	for _, text := range []string{
		"# Performance\n", "<!-- measured: idle -->\n", "<!-- measured: idle -->\n<!-- measured: storm -->\n<!-- end -->\n", "<!-- end -->\n",
		"<!-- measured: idle -->\n<!-- end -->\n<!-- end -->\n",
	} {
		d := document(t)
		if err := os.WriteFile(d.File, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := d.Update(samples())
		after, readErr := os.ReadFile(d.File)
		if err == nil || !strings.Contains(err.Error(), "a part begins with") || readErr != nil || string(after) != text {
			t.Errorf("%q: %v, and then %q, %v", text, err, after, readErr)
		}
	}
}

func TestMerge(t *testing.T) {
	again := sampleIdle()
	earlier := samples()[:3]
	got := report.Merge(earlier, []*report.Report{sampleHistory(), again})
	var names []string
	for _, r := range got {
		names = append(names, r.Scenario)
	}
	if strings.Join(names, " ") != "saturate fixed idle history" || got[2] != again || earlier[2] == again {
		t.Errorf("%q", names)
	}
}
