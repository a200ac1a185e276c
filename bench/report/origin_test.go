package report

import (
	"runtime/debug"
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
	if got := strings.TrimSuffix(Commit(), dirty); got != "" && len(got) != 40 {
		t.Errorf("commit %q", got)
	}
}

// TestNotedCommit: a build notes it, and whether there was more; what is no program has none.
func TestNotedCommit(t *testing.T) {
	for want, settings := range map[string][]debug.BuildSetting{
		"":                             {{Key: "GOOS", Value: "linux"}, {Key: "vcs.modified", Value: "true"}},
		"2b1d6c0f4e8a9d3c5b7f":         {{Key: "vcs.revision", Value: "2b1d6c0f4e8a9d3c5b7f"}, {Key: "vcs.modified", Value: "false"}},
		"2b1d6c0f4e8a9d3c5b7f" + dirty: {{Key: "vcs.modified", Value: "true"}, {Key: "vcs.revision", Value: "2b1d6c0f4e8a9d3c5b7f"}},
	} {
		if got := noted(&debug.BuildInfo{Settings: settings}); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := CommitOf("origin_test.go"); got != "" {
		t.Errorf("a text has %q", got)
	}
}
