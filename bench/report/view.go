package report

import (
	"bytes"
	"slices"
	"strconv"
	"strings"

	"github.com/parlor-chat/parlor/bench/chart"
)

// page is what the template of report.html takes.
type page struct {
	// When, Machines and Commits are those of all reports, each once.
	When, Machines, Commits []string
	Held                    int
	Verdicts                []judged
	Sections                []section
}

// judged is a verdict in words.
type judged struct {
	Section, Title, System, Figure, Demand, Got, State string
}

// section is a report.
type section struct {
	ID, Title, About, Settings     string
	When, Machine, Commit, Command string
	Latency                        []picture // one for a desk, one for a phone
	Pictures                       []picture
	Table                          table
	Verdicts                       []judged
	Percentiles                    percentiles
	// Rounds is each round, as it is printed.
	Rounds string
}

// picture is a chart and which way is better.
type picture struct {
	Hint string
	chart.Chart
}

func newPage(reports []*Report) page {
	var p page
	ids := make(map[string]int)
	for _, r := range reports {
		id := slug(r.Scenario)
		if ids[id]++; ids[id] > 1 {
			id += "-" + strconv.Itoa(ids[id])
		}
		s := r.section(id)
		p.Sections = append(p.Sections, s)
		p.Verdicts = append(p.Verdicts, s.Verdicts...)
		p.When = with(p.When, r.At.Format(dayFormat))
		p.Machines = with(p.Machines, r.Machine.words())
		p.Commits = with(p.Commits, s.Commit)
	}
	for _, v := range p.Verdicts {
		if v.State == holds {
			p.Held++
		}
	}
	return p
}

// with is a list with a word that is in it once.
func with(list []string, word string) []string {
	if slices.Contains(list, word) {
		return list
	}
	return append(list, word)
}

const dayFormat = "2 January 2006"

func (r *Report) section(id string) section {
	s := section{
		ID: id, Title: r.title(), About: r.About, Settings: r.settings(), Command: r.Command,
		When: r.At.Format(dayFormat + ", 15:04 MST"), Machine: r.Machine.words(), Commit: r.commitWords(), Table: r.table(), Verdicts: r.judge(id),
	}
	if lines := r.distributions(); len(lines) > 0 {
		draw := func(id string, width, height float64) {
			label := chart.Label{ID: id, Subject: s.Title, Title: r.latencyLabel()}
			s.Latency = append(s.Latency, picture{Less.hint(), chart.Latency(label, width, height, lines)})
		}
		height := chart.Low
		if len(r.Steps) > 0 {
			height = chart.High
		}
		draw(id+"-latency", chart.Wide, height)
		draw(id+"-latency-narrow", chart.Narrow, chart.Low)
		s.Percentiles = percentilesOf(lines)
	}
	for _, f := range r.Figures {
		if drawn, ok := r.draw(id+"-"+slug(f.Name), f); ok {
			s.Pictures = append(s.Pictures, picture{f.Better.hint(), drawn})
		}
	}
	var rounds bytes.Buffer
	if err := r.printTable(&rounds); err == nil { // a buffer takes everything
		s.Rounds = rounds.String()
	}
	return s
}

// latencyLabel is what distributions are of.
func (r *Report) latencyLabel() string {
	label := "Distribution of latency"
	if n := len(r.Steps); n > 0 {
		label += " at " + decimal(r.Steps[n-1].X, 0) + " " + r.StepLabel
	}
	return label
}

func (d Direction) hint() string {
	if d == "" {
		return ""
	}
	return string(d) + " is better"
}

// judge is the verdicts in words.
func (r *Report) judge(section string) []judged {
	var all []judged
	for _, v := range r.Verdicts() {
		all = append(all, judged{
			Section: section, Title: r.title(), System: v.System, Figure: r.figure(v.Figure).Label,
			Demand: r.demand(v.Bar), Got: v.Got.words(r.digits(v.Bar)), State: v.State(),
		})
	}
	return all
}

// slug is a name as a part of addresses and files.
func slug(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			return c
		case c >= 'A' && c <= 'Z':
			return c - 'A' + 'a'
		}
		return '-'
	}, name)
}
