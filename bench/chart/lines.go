package chart

import (
	"math"
	"slices"
	"strconv"
)

// Series is what one system did at several sizes.
type Series struct {
	Name  string
	Color int
	// Points go by growing X.
	Points []Point
}

// Point is what was measured at a size, and what it tells when it is pointed at.
type Point struct {
	X float64
	Range
	Says string
}

// Mark is a limit in a chart of lines: a dashed line through the places, or a short one when there is one place only.
type Mark struct {
	Text   string
	Places []Place
	// Below is whether the words stand below the line: there is more room on the side on which values should not be.
	Below bool
}

// Place is the value that is held to at a size.
type Place struct{ X, Y float64 }

// colors is how many series are told apart.
const colors = 5

func color(n int) string { return "s" + strconv.Itoa(n%colors) }

func (s Series) color() string { return color(s.Color) }

const (
	plotHeight = 150.0
	// logFrom is how many times the smallest size the largest is when sizes are better shown by their logarithms.
	logFrom = 8
	// shortMark is half of what a limit at one place takes.
	shortMark = 22.0
	// The words of a limit stand so far above it, or so much lower; markLine is their height.
	aboveMark = 5.0
	belowMark = 18.0
	markLine  = 13.0
	// markTries is how many places are looked at: up and down the plot, and then words lie over others.
	markTries = 24
)

// Lines draws series over sizes, the values from zero, each with its range.
func Lines(label Label, sizes string, series []Series, limits []Mark) Chart {
	c := Chart{Label: label, width: BarsWidth}
	top := c.legend(series) + plotTop
	bottom := top + plotHeight
	c.height = bottom + plotBottom
	xs, most := extent(series, limits)
	values := ticks(most, tickSteps)
	y := scale{most: values[len(values)-1], from: bottom, to: top}
	c.rows(values, y)
	x := scale{least: xs[0], most: xs[len(xs)-1], from: c.left + plotInset, to: c.width - plotRight}
	x.log = x.least > 0 && x.most >= logFrom*x.least
	var sizeTicks []tick
	for _, v := range xs {
		sizeTicks = append(sizeTicks, tick{x.at(v), Short(v)})
	}
	c.ticks(sizeTicks, bottom)
	c.write("tick", (c.left+c.width)/2, bottom+plotBottom-3, "middle", sizes)
	for _, s := range series {
		c.series(s, x, y)
	}
	var taken []float64
	for _, m := range limits {
		taken = c.mark(m, x, y, taken)
	}
	return c
}

// extent is all sizes, and the largest value.
func extent(series []Series, limits []Mark) (xs []float64, most float64) {
	for _, s := range series {
		for _, p := range s.Points {
			xs, most = append(xs, p.X), max(most, p.Most)
		}
	}
	for _, m := range limits {
		for _, p := range m.Places {
			most = max(most, p.Y)
		}
	}
	slices.Sort(xs)
	return slices.Compact(xs), most
}

// mark draws a limit, with its words where none of the others are: taken are their heights.
func (c *Chart) mark(m Mark, x, y scale, taken []float64) []float64 {
	var places []point
	for _, p := range m.Places {
		places = append(places, point{x.at(p.X), y.at(p.Y)})
	}
	if len(places) == 1 {
		p := places[0]
		places = []point{{max(p.x-shortMark, c.left), p.y}, {min(p.x+shortMark, c.width), p.y}}
	}
	c.line("limit", places...)
	at, step := places[len(places)-1].y-aboveMark, -markLine
	if m.Below {
		at, step = at+belowMark, markLine
	}
	meets := func(other float64) bool { return math.Abs(other-at) < markLine }
	for tries := 0; tries < markTries && slices.ContainsFunc(taken, meets); tries++ {
		if at += step; at < y.to || at > y.from { // the plot ends
			at, step = at-step, -step
		}
	}
	c.write("limit-text", c.width, at, "end", m.Text)
	return append(taken, at)
}

func (c *Chart) series(s Series, x, y scale) {
	var middle []point
	for _, p := range s.Points {
		at := x.at(p.X)
		middle = append(middle, point{at, y.at(p.Median)})
		c.line("spread "+s.color(), point{at, y.at(p.Least)}, point{at, y.at(p.Most)})
		c.About += s.Name + " at " + Short(p.X) + ": " + p.Says + ". "
	}
	c.line("line "+s.color(), middle...)
	for i, p := range middle {
		c.dot(s.color(), p, dotRadius, s.Points[i].Says)
	}
}
