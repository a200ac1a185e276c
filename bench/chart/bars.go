package chart

import (
	"cmp"
	"slices"
)

// Row is one bar.
type Row struct {
	Name string
	// Color is the series' number, the same for a system in all charts.
	Color int
	Range
	// Text is the value in words, Says what it tells when it is pointed at.
	Text, Says string
	// Limits are what the bar must reach, or stay below.
	Limits []Limit
}

// Limit is a value that is held to, in words.
type Limit struct {
	At   float64
	Text string
}

// BarsWidth is what a chart of bars takes: it fits a phone.
const BarsWidth = 312

const (
	barHeight   = 10
	barTop      = 19 // of the bar below its name
	barRow      = 42
	nameGap     = 12 // between a name and its value
	nameLine    = 16 // of a name beside which there is no room for the value
	limitLine   = 14 // a line of limits below a bar
	headroom    = 1.04
	capHeight   = 7 // of the ends of a range
	barCorner   = 3
	limitMargin = 5 // between a limit and its words
)

// Bars draws a bar for each row, all from zero, with its range as a line and its limits as dashed ones.
func Bars(label Label, rows []Row) Chart {
	c := Chart{Label: label, width: BarsWidth}
	most := 0.0
	for _, r := range rows {
		most = max(most, r.Most)
		for _, l := range r.Limits {
			most = max(most, l.At)
		}
		c.About += r.Name + ": " + r.Says + ". "
	}
	if most == 0 {
		most = 1
	}
	x := scale{most: most * headroom, to: BarsWidth}
	for _, r := range rows {
		c.row(r, x)
	}
	return c
}

func (c *Chart) row(r Row, x scale) {
	c.write("name", 0, c.height+12, "start", r.Name)
	if textWidth(r.Name)+textWidth(r.Text) > BarsWidth-nameGap {
		c.height += nameLine
	}
	top := c.height
	c.write("value", BarsWidth, top+12, "end", r.Text)
	bar := top + barTop
	c.box("track", 0, bar, BarsWidth, barHeight, barCorner, r.Says)
	if r.Median > 0 {
		c.box(color(r.Color), 0, bar, max(x.at(r.Median), 1), barHeight, barCorner, r.Says)
	}
	if middle := bar + barHeight/2.0; r.Least < r.Most {
		least, most := x.at(r.Least), x.at(r.Most)
		c.line("range", point{least, middle}, point{most, middle})
		c.line("range", point{least, middle - capHeight/2.0}, point{least, middle + capHeight/2.0})
		c.line("range", point{most, middle - capHeight/2.0}, point{most, middle + capHeight/2.0})
	}
	c.height += barRow
	c.limits(r.Limits, x, bar)
}

// limits draws them with their words left of them, each on the first line on which there is room: so no line goes through the words of
// another. Where there is no room on the left, the words stand on the right.
func (c *Chart) limits(limits []Limit, x scale, bar float64) {
	limits = slices.SortedFunc(slices.Values(limits), func(a, b Limit) int { return cmp.Compare(a.At, b.At) })
	var ends []float64 // of each line's words
	for _, l := range limits {
		at, wide := x.at(l.At), textWidth(l.Text)
		from, words, anchor := at-limitMargin-wide, at-limitMargin, "end"
		if from < 0 {
			from, words, anchor = at+limitMargin, at+limitMargin, "start"
		}
		line := slices.IndexFunc(ends, func(end float64) bool { return end <= from })
		if line < 0 {
			line, ends = len(ends), append(ends, 0)
		}
		ends[line] = from + wide + limitMargin
		below := bar + barHeight + float64(line+1)*limitLine
		c.line("limit", point{at, bar - 2}, point{at, below + 3})
		c.write("limit-text", words, below+2, anchor, l.Text)
	}
	c.height += float64(len(ends)) * limitLine
}
