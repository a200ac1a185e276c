package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/bench/report"
)

// results writes a run of one scenario with a rate of about so much, and returns its directory.
func results(t *testing.T, scenario string, rate float64) string {
	t.Helper()
	r := report.New(scenario, nil, []report.Figure{{Name: "rate", Label: "per s", Better: report.More}}, "parlor")
	for _, noise := range []float64{0, 1, 2} {
		r.Add(report.Round{Systems: map[string]report.Figures{"parlor": {"rate": rate + noise}}})
	}
	dir := t.TempDir()
	if err := report.WriteDir(dir, []*report.Report{r}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestCompare: the exit code tells a program what the table tells people.
func TestCompare(t *testing.T) {
	before, same, worse, other := results(t, "idle", 100), results(t, "idle", 101), results(t, "idle", 50), results(t, "storm", 50)
	none := filepath.Join(before, "none.json")
	for name, v := range map[string]struct {
		args []string
		code int
		out  string
		log  string
	}{
		"the same":             {[]string{before, same, "--fail-on-worse"}, 0, "1 same", ""},
		"a file":               {[]string{before, filepath.Join(same, "results.json")}, 0, "1 same", ""},
		"worse is told":        {[]string{before, worse}, 0, "1 worse", ""},
		"worse fails":          {[]string{before, worse, "--fail-on-worse"}, 1, "1 worse", "figures that got worse: 1"},
		"better does not fail": {[]string{worse, before, "--fail-on-worse"}, 0, "1 better", ""},
		"nothing in common":    {[]string{before, other}, 1, "storm is only in B", "nothing in common"},
		"no such file":         {[]string{before, none}, 1, "", none},
		"another format":       {[]string{before, filepath.Join(same, "report.html")}, 1, "", "not results that this program can read"},
		"one run":              {[]string{before}, 1, "", "<b>"},
	} {
		var out, log bytes.Buffer
		code := run(t.Context(), append([]string{"compare"}, v.args...), &out, &log)
		if code != v.code || !strings.Contains(out.String(), v.out) || !strings.Contains(log.String(), v.log) || v.log == "" && log.Len() > 0 {
			t.Errorf("%s: code %d, %q, %q", name, code, out.String(), log.String())
		}
	}
}
