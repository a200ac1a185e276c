package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/bench/client"
	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/target"
)

// TestMain is also the program itself: the scenarios start the relays as processes of it.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && slices.Contains([]string{"bare", "socket", "commits", "seed", "inside"}, os.Args[1]) {
		main()
		return
	}
	os.Exit(m.Run())
}

// buildParlor builds the program that is measured.
func buildParlor(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "parlor")
	if text, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, parlorPackage).CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, text)
	}
	return program
}

// measured runs the program and reads its one report.
func measured(t *testing.T, args ...string) report.Report {
	t.Helper()
	var out, log bytes.Buffer
	if code := run(t.Context(), append(args, "-quick", "-json", "-out="), &out, &log); code != 0 {
		t.Fatalf("ended with %d: %s", code, log.String())
	}
	var r report.Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	return r
}

// TestScenarios runs each scenario for a moment over real processes. That every message arrives once and in order, the scenarios see to.
func TestScenarios(t *testing.T) {
	program := buildParlor(t)
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			r := measured(t, "-scenario", s.name, "-parlor", program)
			rounds := r.Rounds
			for _, step := range r.Steps {
				rounds = append(rounds, step.Rounds...)
			}
			if r.Scenario != s.name || r.Title == "" || r.About == "" || len(rounds) == 0 ||
				(s.grows != "") != (len(r.Steps) > 1) || slices.Contains(r.Order, "bare") != s.bare {
				t.Fatalf("reported %+v", r)
			}
			for _, round := range rounds {
				for _, f := range s.figures {
					if _, ok := round.Systems["parlor"][f.Name]; !ok {
						t.Errorf("no %s in %v", f.Name, round.Systems["parlor"])
					}
				}
				for _, system := range r.Order {
					if len(round.Systems[system]) == 0 {
						t.Errorf("nothing was measured of %s", system)
					}
				}
			}
		})
	}
}

// TestOtherSystemsAndClients: what can stand in for Parlor, and for its visitors.
func TestOtherSystemsAndClients(t *testing.T) {
	r := measured(t, "saturate", "-systems", "socket", "-client", "lean", "-window", "3")
	if !slices.Contains(r.Order, "socket") || r.Median["socket"]["messages_per_s"] <= 0 {
		t.Errorf("reported %+v", r)
	}
}

// TestAddress measures a Parlor that runs already: nothing of its process is reported, and what needs a Parlor of its own is left out.
func TestAddress(t *testing.T) {
	p, err := target.StartProgram(t.Context(), buildParlor(t), target.Options{Client: client.Library})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	}()
	there := []string{"-address", p.URL(), "-website", p.Website(), "-email", p.Prepared().Agent.Email, "-password", p.Prepared().Agent.Password}
	for name, figure := range map[string]string{"fixed": "p99_ms", "saturate": "messages_per_s", "fanout": "frames_per_s", "idle": "accepts_per_s", "churn": "visits_per_s"} {
		r := measured(t, append([]string{name}, there...)...)
		if len(r.Order) != 1 || len(r.Rounds) != 1 || r.Rounds[0].Systems["parlor"][figure] <= 0 {
			t.Errorf("%s: reported %+v", name, r)
			continue
		}
		for _, unknown := range []string{"cpu_us", "raw_kib", "gc_kib", "gone_s"} {
			if v, ok := r.Rounds[0].Systems["parlor"][unknown]; ok {
				t.Errorf("%s: %s of a process elsewhere is %v", name, unknown, v)
			}
		}
	}
	var out, log bytes.Buffer
	if code := run(t.Context(), append([]string{"storm", "-out="}, there...), &out, &log); code != 1 || !strings.Contains(log.String(), "of its own") {
		t.Errorf("storm: code %d, %s", code, log.String())
	}
}

// TestProfiles: a run leaves CPU and heap profiles of all that it starts.
func TestProfiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "profiles")
	measured(t, "saturate", "-systems", "socket", "-profile", dir)
	for _, name := range []string{"saturate-bare-1-cpu-1", "saturate-bare-1-heap", "saturate-socket-1-cpu-1", "saturate-socket-1-heap"} {
		text, err := os.ReadFile(filepath.Join(dir, name+".pprof"))
		if err != nil || !bytes.HasPrefix(text, []byte{0x1f, 0x8b}) { // compressed
			t.Errorf("%s: %v, %d bytes", name, err, len(text))
		}
	}
}

// TestBadArguments are refused before anything is started.
func TestBadArguments(t *testing.T) {
	for args, want := range map[string]string{
		"idle -connections=-1":            "-1: use zero",
		"saturate --window=33":            "use 1 to 32",
		"saturate -agents=5 -visitors=4":  "1 agent to as many as visitors",
		"fixed -rate=1000001":             "use 1 to 1000000",
		"fixed --bytes=4001":              "1 to 4000",
		"idle --systems=tinode":           "parlor",
		"nothing":                         "nothing",
		"-scenario idle,nothing":          "no scenario \"nothing\"",
		"check -rounds=-1":                "-1: use zero",
		"idle -address=localhost":         "public URL",
		"idle -address=http://localhost":  "--website",
		"check -address=http://localhost": "leave out --address",
	} {
		var out, log bytes.Buffer
		args += " -parlor=/none -out="
		if strings.Contains(args, "-address") {
			args = strings.Replace(args, " -parlor=/none", "", 1)
		}
		if code := run(t.Context(), strings.Fields(args), &out, &log); code != 1 || !strings.Contains(log.String(), want) || out.Len() > 0 {
			t.Errorf("%s: code %d, %q, %q; want %q", args, code, out.String(), log.String(), want)
		}
	}
}
