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

// The plot of a chart of lines: what is left and right of it, below and above, in pixels.
const (
	plotLeft   = 40.0
	plotRight  = 14.0
	plotHeight = 150.0
	plotBottom = 38.0
	plotTop    = 12.0
	dotRadius  = 4.5
	// tickSteps is how many steps a value axis has at most.
	tickSteps = 4
	// logFrom is how many times the smallest size the largest is when sizes are better shown by their logarithms.
	logFrom = 8
	// shortMark is half of what a limit at one place takes.
	shortMark = 22.0
	// tickGap is how near to each other the words of two ticks may stand.
	tickGap = 6.0
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
	x := scale{least: xs[0], most: xs[len(xs)-1], from: plotLeft + 8, to: c.width - plotRight}
	x.log = x.least > 0 && x.most >= logFrom*x.least
	c.rows(values, y, Short)
	var sizeTicks []tick
	for _, v := range xs {
		sizeTicks = append(sizeTicks, tick{x.at(v), Short(v)})
	}
	c.ticks(sizeTicks, bottom)
	c.write("tick", (plotLeft+c.width)/2, bottom+plotBottom-3, "middle", sizes)
	for _, s := range series {
		c.series(s, x, y)
	}
	for _, m := range limits {
		c.mark(m, x, y)
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

// tick is a place below the plot, in words.
type tick struct {
	at    float64
	words string
}

// ticks writes those for which there is room; the last ones matter most.
func (c *Chart) ticks(all []tick, bottom float64) {
	end := math.Inf(1) // of the room
	for _, t := range slices.Backward(all) {
		if half := textWidth(t.words) / 2; t.at+half <= end {
			c.write("tick", t.at, bottom+18, "middle", t.words)
			end = t.at - half - tickGap
		}
	}
}

// rows draws the lines that go through a value axis, and writes their values.
func (c *Chart) rows(values []float64, y scale, words func(float64) string) {
	for i, v := range values {
		class := "grid"
		if i == 0 {
			class = "axis"
		}
		at := y.at(v)
		c.line(class, point{plotLeft, at}, point{c.width, at})
		c.write("tick", plotLeft-8, at+4, "end", words(v))
	}
}

func (c *Chart) mark(m Mark, x, y scale) {
	var places []point
	for _, p := range m.Places {
		places = append(places, point{x.at(p.X), y.at(p.Y)})
	}
	if len(places) == 1 {
		p := places[0]
		places = []point{{max(p.x-shortMark, plotLeft), p.y}, {min(p.x+shortMark, c.width), p.y}}
	}
	c.line("limit", places...)
	at := places[len(places)-1].y - 5
	if m.Below {
		at += 18
	}
	c.write("limit-text", c.width, at, "end", m.Text)
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
