package target

import (
	"strings"
	"testing"
)

func TestMetric(t *testing.T) {
	const text = "# HELP parlor_sessions Sessions in memory.\nparlor_sessions_expired_total 7\nparlor_sessions 12\nparlor_connections{role=\"agent\"} 3\n"
	for name, want := range map[string]float64{"parlor_sessions": 12, "parlor_sessions_expired_total": 7} {
		if got, err := metric(strings.NewReader(text), name); err != nil || got != want {
			t.Errorf("%s is %v, %v", name, got, err)
		}
	}
	if got, err := metric(strings.NewReader(text), "parlor"); err == nil {
		t.Errorf("what is not there is %v", got)
	}
}
