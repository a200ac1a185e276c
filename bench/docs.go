package main

import (
	"fmt"

	"github.com/parlor-chat/parlor/bench/report"
)

// docsCmd puts what was measured into the documentation.
type docsCmd struct {
	Results string `arg:"" default:"bench/results" help:"Results of a run: its directory or results.json."`
	File    string `default:"docs/performance.md" help:"The document." placeholder:"FILE"`
	Images  string `default:"docs/images/performance" help:"The directory of its charts." placeholder:"DIR"`
}

// Run implements the command.
func (d docsCmd) Run(o output) error {
	found, err := report.Read(d.Results)
	if err != nil {
		return err
	}
	left, err := report.Document{File: d.File, Images: d.Images}.Update(found)
	for _, name := range left {
		fmt.Fprintf(o.log, "%s: no results, left as it was\n", name)
	}
	return err
}

// mergeCmd makes one run of several, as when scenarios were measured one by one.
type mergeCmd struct {
	Out     string   `arg:"" help:"Directory for results.json and report.html."`
	Results []string `arg:"" help:"Results of runs. A scenario counts as the last of them has it."`
}

// Run implements the command.
func (m mergeCmd) Run() error {
	var all []*report.Report
	for _, path := range m.Results {
		found, err := report.Read(path)
		if err != nil {
			return err
		}
		all = report.Merge(all, found)
	}
	return report.WriteDir(m.Out, all)
}
