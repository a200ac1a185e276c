package chart

import (
	"math"
	"slices"
)

// What surrounds a plot, in pixels.
const (
	// leastLeft is what is left of a plot whose values are short, and valueGap lies between them and the plot.
	leastLeft  = 40.0
	valueGap   = 8.0
	plotInset  = 8.0 // of the first value in the plot
	plotRight  = 14.0
	plotTop    = 12.0
	plotBottom = 38.0
	dotRadius  = 4.5
	// tickSteps is how many steps a value axis has at most.
	tickSteps = 4
	// tickGap is how near to each other the words of two ticks may stand.
	tickGap = 6.0
)

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

// rows draws the lines that go through a value axis, writes their values, and begins the plot where there is room for them.
func (c *Chart) rows(values []float64, y scale) {
	c.left = leastLeft
	for _, v := range values {
		c.left = max(c.left, textWidth(Short(v))+valueGap)
	}
	for i, v := range values {
		class := "grid"
		if i == 0 {
			class = "axis"
		}
		at := y.at(v)
		c.line(class, point{c.left, at}, point{c.width, at})
		c.write("tick", c.left-valueGap, at+4, "end", Short(v))
	}
}
