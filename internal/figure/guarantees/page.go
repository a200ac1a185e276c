package main

import (
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/internal/figure"
)

// page is what was measured of each promise.
type page struct{ of map[string][]figure.Figure }

// newPage sorts figures by promise and test. It fails when one is of a promise that nobody made.
func newPage(figures []figure.Figure) (page, error) {
	p := page{make(map[string][]figure.Figure)}
	for _, known := range slices.Concat(guarantees, policies) {
		p.of[known.name] = nil
	}
	for _, f := range figures {
		for _, name := range f.Guarantees {
			if _, known := p.of[name]; !known {
				return page{}, fmt.Errorf("%s in %s notes a figure of %q, which the page does not have", f.Test, f.Package, name)
			}
			p.of[name] = append(p.of[name], f)
		}
	}
	for _, list := range p.of {
		slices.SortFunc(list, func(a, b figure.Figure) int {
			return cmp.Or(cmp.Compare(a.Package, b.Package), cmp.Compare(a.Test, b.Test))
		})
	}
	return p, nil
}

// missing names the promises without a figure.
func (p page) missing() (names []string) {
	for _, known := range slices.Concat(guarantees, policies) {
		if len(p.of[known.name]) == 0 {
			names = append(names, known.name)
		}
	}
	return names
}

const head = `<!-- Written by make guarantees. Do not edit. -->
# Guarantees

What Parlor promises, and what was measured of it when all of this ran last: no number here was written by hand. A figure counts only if its test
passed. Tests whose names end in "Bites" do the same to something that was broken on purpose, and demand that it is noticed.

%s. Commit %s, %s.

` + "`make guarantees` measures everything anew, `make chaos` and `make sim` the parts that depend on luck, with sizes of your own." + `
The commands below repeat one figure each. [performance.md](performance.md) says how fast all of it is, [privacy.md](privacy.md) what is kept.
`

// markdown is the document.
func (p page) markdown(m report.Machine, commit string, at time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, head, machine(m), cmp.Or(commit, "unknown"), at.Format(time.DateOnly))
	b.WriteString("\n## Messages, and the node that carries them\n")
	p.section(&b, guarantees)
	b.WriteString("\n## Data of visitors\n")
	p.section(&b, policies)
	return b.String()
}

func (p page) section(b *strings.Builder, promises []promise) {
	for _, of := range promises {
		fmt.Fprintf(b, "\n### %s\n\n%s\n\n", of.name, of.text)
		b.WriteString("| measured | by |\n| --- | --- |\n")
		for _, f := range p.of[of.name] {
			fmt.Fprintf(b, "| %s | %s |\n", strings.ReplaceAll(f.Text, "|", "\\|"), command(f))
		}
	}
}

// command repeats a figure.
func command(f figure.Figure) string {
	run := "^" + strings.ReplaceAll(regexp.QuoteMeta(f.Test), "/", "$/^") + "$"
	words := []string{"go", "test", "./" + path.Clean(f.Package), "-run", "'" + run + "'"}
	if len(f.Args) > 0 {
		words = append(append(words, "-args"), f.Args...)
	}
	return "`" + strings.ReplaceAll(strings.Join(words, " "), "|", "\\|") + "`"
}

// machine describes where all of this ran.
func machine(m report.Machine) string {
	parts := []string{fmt.Sprintf("%d cores", m.Cores)}
	if m.CPU != "" {
		parts[0] += " of " + m.CPU
	}
	if m.MemoryMiB > 0 {
		parts = append(parts, fmt.Sprintf("%d MiB", m.MemoryMiB))
	}
	return "Machine: " + strings.Join(append(parts, strings.TrimSpace(m.System+" "+m.Kernel), m.Go), ", ")
}
