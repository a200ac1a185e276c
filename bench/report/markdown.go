package report

import (
	"fmt"
	"slices"
	"strings"
)

// markdown is a report as a part of a document: its charts, by the addresses at which they will be, its numbers, its bars and where it comes from.
func (s section) markdown(images string) string {
	var b strings.Builder
	if s.About != "" {
		fmt.Fprintf(&b, "%s\n\n", s.About)
	}
	for _, p := range s.files() {
		fmt.Fprintf(&b, "![%s: %s](%s/%s)\n", p.Subject, p.Title, images, p.file())
	}
	fmt.Fprintf(&b, "\n%s\n", s.Table.markdown())
	for _, v := range s.Verdicts {
		fmt.Fprintf(&b, "- **%s**: %s, %s %s: %s\n", v.State, v.System, v.Figure, v.Demand, v.Got)
	}
	if len(s.Verdicts) > 0 {
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "Measured %s, on %s, commit %s", s.When, s.Machine, s.Commit)
	if s.Settings != "" {
		fmt.Fprintf(&b, ", with %s", s.Settings)
	}
	if s.Command != "" {
		fmt.Fprintf(&b, ": `%s`", s.Command)
	}
	b.WriteString(".\n")
	return b.String()
}

// files are the charts that become files: of the latency's, the one for a desk.
func (s section) files() []picture {
	return append(slices.Clone(s.Latency[:min(len(s.Latency), 1)]), s.Pictures...)
}

func (p picture) file() string { return p.ID + ".svg" }

func (t table) markdown() string {
	var b strings.Builder
	heads := append([]string{"system"}, t.Heads...)
	if t.Sizes != "" {
		heads = append([]string{t.Sizes}, heads...)
	}
	row(&b, heads)
	rule := slices.Repeat([]string{"---:"}, len(heads))
	rule[len(heads)-len(t.Heads)-1] = "---"
	row(&b, rule)
	for _, l := range t.Lines {
		cells := []string{l.System}
		if t.Sizes != "" {
			cells = []string{l.Size, l.System}
		}
		for _, c := range l.Cells {
			cells = append(cells, c.markdown())
		}
		row(&b, cells)
	}
	return b.String()
}

func (c cell) markdown() string {
	words := c.Median
	if c.Range != "" {
		words += " (" + c.Range + ")"
	}
	if c.Ratio != "" {
		words += "<br>" + c.Ratio
	}
	return words
}

func row(b *strings.Builder, cells []string) {
	for _, c := range cells {
		b.WriteString("| " + strings.ReplaceAll(c, "|", `\|`) + " ")
	}
	b.WriteString("|\n")
}

// barsMarkdown is all verdicts as a table.
func (p page) barsMarkdown() string {
	var b strings.Builder
	row(&b, []string{"scenario", "figure", "bar", "measured", ""})
	row(&b, []string{"---", "---", "---", "---:", "---"})
	for _, v := range p.Verdicts {
		row(&b, []string{v.Title, v.System + ", " + v.Figure, v.Demand, v.Got, v.State})
	}
	return b.String()
}
