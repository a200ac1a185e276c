package main

import (
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/v2"

	"github.com/parlor-chat/parlor/engine"
)

// What operators read is held to the program: whoever changes one of them is told of the other.
const (
	repository = "../.."
	operations = repository + "/docs/operations.md"
	example    = repository + "/docs/parlor.yaml"
)

// page reads a document.
func page(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// section is a document's part under a heading, to the next one of the same rank.
func section(t *testing.T, text, heading string) string {
	t.Helper()
	_, part, found := strings.Cut(text, "\n## "+heading+"\n")
	if !found {
		t.Fatalf("there is no section %q", heading)
	}
	part, _, _ = strings.Cut(part, "\n## ")
	return part
}

// configured loads settings that are given like --set, without file and environment.
func configured(set map[string]string) (loaded, error) {
	s := settings{Set: set, lookup: func() []string { return nil }}
	return s.load()
}

// keysOf are the keys of all settings.
func keysOf(t *testing.T) []string {
	t.Helper()
	var keys []string
	for _, of := range []struct {
		prefix string
		value  reflect.Type
	}{{"", reflect.TypeFor[engine.Config]()}, {"log.", reflect.TypeFor[logging]()}} {
		keys = append(keys, fieldKeys(of.prefix, of.value)...)
	}
	slices.Sort(keys)
	return keys
}

func fieldKeys(prefix string, of reflect.Type) (keys []string) {
	for i := range of.NumField() {
		f := of.Field(i)
		name := f.Tag.Get("koanf")
		switch {
		case name == "-":
		case f.Type.Kind() == reflect.Struct:
			keys = append(keys, fieldKeys(prefix+name+".", f.Type)...)
		default:
			keys = append(keys, prefix+name)
		}
	}
	return keys
}

var (
	settingRow = regexp.MustCompile("(?m)^\\| `([a-z0-9_.]+)` \\| `([A-Z0-9_]+)` \\| (none|`[^`]+`) \\| (.*?) \\| (.+) \\|$")
	rangeCell  = regexp.MustCompile("^`([^`]+)` to `([^`]+)`$")
)

func TestOperationsListsEverySetting(t *testing.T) {
	table := section(t, page(t, operations), "Settings")
	rows := settingRow.FindAllStringSubmatch(table, -1)
	if n := strings.Count(table, "\n| `"); n != len(rows) {
		t.Errorf("%d of %d rows can be read", len(rows), n)
	}
	var listed []string
	for _, row := range rows {
		key, environment, standard, allowed := row[1], row[2], strings.Trim(row[3], "`"), row[4]
		listed = append(listed, key)
		if environment != engine.EnvName(key) {
			t.Errorf("%s: the environment variable is %s, not %s", key, engine.EnvName(key), environment)
		}
		if standard == "none" {
			standard = ""
		}
		plain, err := configured(nil)
		if err != nil {
			t.Fatal(err)
		}
		if l, err := configured(map[string]string{key: standard}); err != nil || !reflect.DeepEqual(l, plain) {
			t.Errorf("%s: %q is not the default: %v", key, standard, err)
		}
		if ends := rangeCell.FindStringSubmatch(allowed); ends != nil {
			checkRange(t, key, ends[1], ends[2])
		}
	}
	slices.Sort(listed)
	if want := keysOf(t); !slices.Equal(listed, want) {
		t.Errorf("the page lists\n%q\nand there are\n%q", listed, want)
	}
}

// checkRange demands that both ends are allowed, and what is next to them is not.
func checkRange(t *testing.T, key, low, high string) {
	t.Helper()
	for text, allowed := range map[string]bool{low: true, high: true, beside(t, low, -1): false, beside(t, high, 1): false} {
		_, err := configured(map[string]string{key: text})
		if (err == nil) != allowed {
			t.Errorf("%s: the page says %s to %s, and %s gives: %v", key, low, high, text, err)
		}
	}
}

// beside is the next number or duration.
func beside(t *testing.T, text string, step int) string {
	t.Helper()
	if n, err := strconv.Atoi(text); err == nil {
		return strconv.Itoa(n + step)
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatal(err)
	}
	return (d + time.Duration(step)).String()
}

func TestTheExampleFileHoldsEverySettingAndIsGood(t *testing.T) {
	s := settings{Config: example, lookup: func() []string { return nil }}
	got, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	want, err := configured(map[string]string{
		"http.public_urls": "https://chat.example.com", "http.trusted_proxies": "127.0.0.1", "store.dir": "/var/lib/parlor",
	})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("apart from what it marks, the example is not the default:\n%+v\n%+v", got, want)
	}
	k := koanf.New(".")
	if err := k.Load(file.Provider(example), yaml.Parser()); err != nil {
		t.Fatal(err)
	}
	if got, want := k.Keys(), keysOf(t); !slices.Equal(got, want) {
		t.Errorf("the example has\n%q\nand there are\n%q", got, want)
	}
}

func TestOperationsListsEveryMetric(t *testing.T) {
	c := engine.Default()
	c.HTTP.Listen, c.Admin.Listen, c.Store.Dir = "127.0.0.1:0", "127.0.0.1:0", t.TempDir()
	n, err := engine.New(c, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	status, answer := get(t, n.AdminURL()+"/metrics")
	if err := n.Stop(t.Context()); err != nil {
		t.Error(err)
	}
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	served := names(answer, `(?m)^# TYPE (\S+) `)
	listed := names(section(t, page(t, operations), "Health, metrics, profiles"), "`((?:parlor|go|process)_[a-z0-9_]+)`")
	if runtime.GOOS != "linux" { // the process is counted in other ways there
		other := func(name string) bool { return strings.HasPrefix(name, "process_") }
		served, listed = slices.DeleteFunc(served, other), slices.DeleteFunc(listed, other)
	}
	if !slices.Equal(listed, served) {
		t.Errorf("the page lists\n%q\nand the node serves\n%q", listed, served)
	}
}

// names are what the pattern's group matches, sorted.
func names(text, pattern string) []string {
	set := make(map[string]bool)
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		set[m[1]] = true
	}
	return slices.Sorted(maps.Keys(set))
}

func TestOperationsListsEveryCommandAndFlag(t *testing.T) {
	var c cli
	parser, err := kong.New(&c, kong.Name("parlor"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"--help": true}
	for _, leaf := range parser.Model.Leaves(false) {
		want["parlor "+leaf.Path()] = true
		for _, group := range leaf.AllFlags(false) {
			for _, flag := range group {
				want["--"+flag.Name] = true
			}
		}
	}
	part := section(t, page(t, operations), "Commands")
	got := make(map[string]bool)
	for _, name := range names(part, "`(--[a-z-]+)") {
		got[strings.Replace(name, "--no-", "--", 1)] = true
	}
	for _, command := range names(part, "(?m)^\\| `(parlor [a-z ]+[a-z])") {
		got[command] = true
	}
	if !maps.Equal(got, want) {
		t.Errorf("the page lists\n%q\nand there are\n%q", slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)))
	}
}

// TestMessagesThatArePrintedAreThoseOfTheProgram looks for each message of the tables in the sources.
func TestMessagesThatArePrintedAreThoseOfTheProgram(t *testing.T) {
	var sources strings.Builder
	for _, of := range []string{"actors", "cmd/parlor", "engine", "engine/handover", "networks", "persistence/pebblestore"} {
		paths, err := filepath.Glob(filepath.Join(repository, of, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			if !strings.HasSuffix(path, "_test.go") {
				sources.WriteString(page(t, path))
			}
		}
	}
	for _, heading := range []string{"Logs", "What a start may say"} {
		messages := names(section(t, page(t, operations), heading), "(?m)^\\| `([^`]+)` \\|")
		if len(messages) < 5 {
			t.Errorf("%s has only %d messages", heading, len(messages))
		}
		for _, message := range messages {
			if !strings.Contains(sources.String(), message) {
				t.Errorf("%s: nothing in the program says %q", heading, message)
			}
		}
	}
}

// TestTheTestsThatDocumentsNameExist keeps what is claimed beside its proof: a test's name, or the command that runs it.
func TestTheTestsThatDocumentsNameExist(t *testing.T) {
	tests := make(map[string]bool)
	walk(t, "_test.go", func(path string) {
		dir, err := filepath.Rel(repository, filepath.Dir(path))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names(page(t, path), `(?m)^func (Test\w+)\(`) {
			tests[name] = true
			tests[filepath.ToSlash(dir)+" -run '^"+name] = true
		}
	})
	walk(t, ".md", func(path string) {
		for _, name := range names(page(t, path), "(?:`|go test \\./)(Test[A-Z]\\w+|\\S+ -run '\\^Test\\w+)") {
			if !tests[name] {
				t.Errorf("%s: there is no test %s", path, name)
			}
		}
	})
}

func TestLinksInDocumentsLeadSomewhere(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	walk(t, ".md", func(path string) {
		for _, m := range link.FindAllStringSubmatch(page(t, path), -1) {
			target, anchor, _ := strings.Cut(m[1], "#")
			if strings.Contains(target, ":") {
				continue // elsewhere
			}
			there := filepath.Join(filepath.Dir(path), target)
			if target == "" {
				there = path
			}
			if _, err := os.Stat(there); err != nil {
				t.Errorf("%s: %v", path, err)
			} else if anchor != "" && !slices.Contains(anchors(page(t, there)), anchor) {
				t.Errorf("%s: %s has no heading %s", path, there, anchor)
			}
		}
	})
}

// anchors are what headings can be linked by.
func anchors(text string) (all []string) {
	dropped := regexp.MustCompile(`[^\w\- ]`)
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		all = append(all, strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(heading[1]), ""), " ", "-"))
	}
	return all
}

// walk calls f with each file of the repository whose name ends so, but for what is installed or built.
func walk(t *testing.T, suffix string, f func(path string)) {
	t.Helper()
	found := false
	err := filepath.WalkDir(repository, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("look for documents: %w", err)
		}
		if d.IsDir() {
			if name := d.Name(); name == "node_modules" || name == ".git" {
				return fs.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(path, suffix) {
			found = true
			f(path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !found {
		t.Fatalf("no file ends in %s", suffix)
	}
}
