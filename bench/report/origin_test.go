package report

import (
	"strings"
	"testing"
)

// TestShownCommand: it can be published and typed again.
func TestShownCommand(t *testing.T) {
	for args, want := range map[string]string{
		"":                                     "",
		"-scenario idle,fixed --rounds=3":      "-scenario idle,fixed --rounds=3",
		"-parlor /home/ada/bin/parlor":         "-parlor parlor",
		"--parlor=/home/ada/bin/parlor -quick": "--parlor=parlor -quick",
		"-agent-password hunter2 -rounds 2":    "-agent-password ... -rounds 2",
		"--agent-password=hunter2 idle":        "--agent-password=... idle",
		"--address=https://chat.example/ idle": "--address=... idle",
		"-email ada@chat.example idle":         "-email ... idle",
		"-website it's --agent a|b":            `-website 'it'\''s' --agent 'a|b'`,
		"-out bench/results -window 32":        "-out bench/results -window 32",
	} {
		if got := strings.TrimPrefix(shown(strings.Fields(args)), "go run ./bench"); got != strings.TrimRight(" "+want, " ") {
			t.Errorf("%q: %q, want %q", args, got, want)
		}
	}
}

// TestCommit: this repository's is known to its tests.
func TestCommit(t *testing.T) {
	if got := strings.TrimSuffix(commit(), dirty); got != "" && len(got) != 40 {
		t.Errorf("commit %q", got)
	}
}
