package report

import (
	"testing"
)

func TestDecimal(t *testing.T) {
	for _, v := range []struct {
		value  float64
		digits int
		want   string
	}{
		{0, 0, "0"}, {999, 0, "999"}, {1000, 0, "1,000"}, {191981.46, 1, "191,981.5"}, {12345678, 0, "12,345,678"}, {0.125, 2, "0.12"}, {-1234.5, 1, "-1,234.5"},
		{-100, 0, "-100"},
	} {
		if got := decimal(v.value, v.digits); got != v.want {
			t.Errorf("%v: %q, want %q", v.value, got, v.want)
		}
	}
}

func TestSettingsInWords(t *testing.T) {
	for settings, want := range map[string]string{
		"":     "",
		"null": "null",
		"{}":   "",
		`{"visitors":1000,"text_bytes":200,"duration":"10s"}`: "visitors 1,000, text bytes 200, duration 10s",
		`{"steps":4,"last":{"connections":19000}}`:            "steps 4, last connections 19,000",
		`{"share":0.5,"set":["a","b"]}`:                       `share 0.5, set ["a","b"]`,
	} {
		if got := (&Report{Settings: []byte(settings)}).settings(); got != want {
			t.Errorf("%s: %q, want %q", settings, got, want)
		}
	}
}

func TestCommitInWords(t *testing.T) {
	for commit, want := range map[string]string{
		"": "unknown", "2b1d6c0f4e8a9d3c5b7f": "2b1d6c0f4e8a", "2b1d6c0f4e8a9d3c5b7f" + dirty: "2b1d6c0f4e8a with changes that are in no commit",
	} {
		if got := (&Report{Commit: commit}).commitWords(); got != want {
			t.Errorf("%q: %q, want %q", commit, got, want)
		}
	}
}
