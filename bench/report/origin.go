package report

import (
	"bytes"
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
)

// dirty follows a commit when the tree held changes that are in none.
const dirty = "+dirty"

// Commit is what this program was built from: what the build noted, or else, as with go run, what the directory holds.
func Commit() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		if noted := noted(info); noted != "" {
			return noted
		}
	}
	head, err := exec.Command("git", "rev-parse", "HEAD").Output()
	if err != nil {
		return ""
	}
	changes, err := exec.Command("git", "status", "--porcelain", "--untracked-files=no").Output()
	return marked(string(bytes.TrimSpace(head)), err != nil || len(changes) > 0)
}

// CommitOf is what a Go program was built from, empty when its build did not note it.
func CommitOf(program string) string {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return ""
	}
	return noted(info)
}

// noted is the commit that a build noted.
func noted(info *debug.BuildInfo) string {
	revision, changed := "", false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			revision = s.Value
		case "vcs.modified":
			changed = s.Value == "true"
		}
	}
	return marked(revision, changed)
}

func marked(revision string, changed bool) string {
	if changed && revision != "" {
		return revision + dirty
	}
	return revision
}

// command is how this program was called, from the repository's root.
func command() string { return shown(os.Args[1:]) }

// shown is a command line as it may be published: of files only the names, of what is private nothing.
func shown(args []string) string {
	words := []string{"go", "run", "./bench"}
	hidden := false // the value, by the flag before it
	for _, arg := range args {
		flag, value, joined := strings.Cut(arg, "=")
		switch {
		case !strings.HasPrefix(arg, "-"):
			arg = public(arg, hidden)
		case joined:
			arg = flag + "=" + public(value, isPrivate(flag))
		}
		hidden = !joined && isPrivate(flag)
		words = append(words, quoted(arg))
	}
	return strings.Join(words, " ")
}

func public(value string, hidden bool) string {
	switch {
	case hidden:
		return "..."
	case filepath.IsAbs(value):
		return filepath.Base(value)
	}
	return value
}

// private are words in the names of flags whose values are nobody's business: secrets, and who was measured where.
var private = [...]string{"password", "secret", "token", "address", "email"}

func isPrivate(flag string) bool {
	return strings.HasPrefix(flag, "-") && slices.ContainsFunc(private[:], func(word string) bool { return strings.Contains(flag, word) })
}

// quoted is a word as a shell takes it.
func quoted(word string) string {
	if word != "" && !strings.ContainsAny(word, " \t\n'\"\\$`*?[](){}<>|&;#~!") {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
