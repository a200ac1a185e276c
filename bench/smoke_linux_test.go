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

	"github.com/parlor-chat/parlor/bench/load"
	"github.com/parlor-chat/parlor/bench/report"
)

// TestMain is also the program itself: the scenarios start the relays as processes of it.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && slices.Contains([]string{"bare", "socket"}, os.Args[1]) {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestScenarios runs each scenario for a moment over real processes. That every message arrives once and in order, the scenarios see to.
func TestScenarios(t *testing.T) {
	program := filepath.Join(t.TempDir(), "parlor")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "github.com/parlor-chat/parlor/cmd/parlor").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, output)
	}
	traffic := []string{"--visitors=4", "--agents=2", "--warmup=100ms", "--duration=2s"}
	for name, v := range map[string]struct {
		args    []string
		systems string
		figures []report.Figure
	}{
		"idle":     {[]string{"--connections=5"}, "parlor", load.IdleFigures()},
		"saturate": {append([]string{"--window=3"}, traffic...), "parlor,socket", load.SaturateFigures()},
		"fixed":    {append([]string{"--rate=200", "--client=lean"}, traffic...), "parlor,socket", load.FixedFigures()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out, log bytes.Buffer
			args := append([]string{name, "--json", "--rounds=1", "--parlor=" + program, "--systems=" + v.systems}, v.args...)
			if code := run(t.Context(), args, &out, &log); code != 0 {
				t.Fatalf("ended with %d: %s", code, log.String())
			}
			var r report.Report
			if err := json.Unmarshal(out.Bytes(), &r); err != nil {
				t.Fatalf("%v in %s", err, out.String())
			}
			if want := append([]string{"bare"}, strings.Split(v.systems, ",")...); r.Scenario != name || !slices.Equal(r.Order, want) || len(r.Rounds) != 1 {
				t.Fatalf("reported %+v", r)
			}
			for _, system := range r.Order {
				for _, f := range v.figures {
					if _, measured := r.Rounds[0].Systems[system][f.Name]; !measured {
						t.Errorf("%s: no %s", system, f.Name)
					}
				}
			}
			for _, system := range r.Order[1:] {
				if len(r.Median[system]) == 0 {
					t.Errorf("%s is compared with nothing", system)
				}
			}
		})
	}
}

// TestBadArguments are refused before anything is started.
func TestBadArguments(t *testing.T) {
	for args, want := range map[string]string{
		"idle --connections=0":              "1 connection or more",
		"saturate --window=33":              "use 1 to 32",
		"saturate --agents=5 --visitors=4":  "1 agent to as many as visitors",
		"fixed --rate=0":                    "use 1 to 1000000",
		"fixed --bytes=4001":                "1 to 4000 bytes",
		"fixed --duration=0s":               "a duration",
		"idle --systems=tinode":             "parlor",
		"nothing":                           "nothing",
		"check --visitors=0 --parlor=/none": "1 visitor or more",
	} {
		var out, log bytes.Buffer
		if code := run(t.Context(), strings.Fields(args), &out, &log); code != 1 || !strings.Contains(log.String(), want) || out.Len() > 0 {
			t.Errorf("%s: code %d, %q, %q; want %q", args, code, out.String(), log.String(), want)
		}
	}
}
