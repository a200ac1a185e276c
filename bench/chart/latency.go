package chart

import (
	"math"
	"strconv"
)

// The widths at which distributions are drawn: for a desk, and for a phone.
const (
	Wide   = 676
	Narrow = BarsWidth
)

// The heights of their plots: beside bars, and beside charts of lines.
const (
	Low  = 250.0
	High = 420.0
)

const (
	// unitLine is the room for the unit above the value axis.
	unitLine = 12.0
	// beyondLast is how far right of the last percentile the largest value stands, in steps from 90 to 99 %.
	beyondLast = 0.5
)

// Latency draws distributions. X of a point is a percent, and each further nine takes as much room as the one before, so that the few slow
// ones are seen; values grow by the power.
func Latency(label Label, width, height float64, series []Series) Chart {
	c := Chart{Label: label, width: width}
	top := c.legend(series) + plotTop + unitLine
	bottom := top + height
	c.height = bottom + plotBottom
	n := reach(series)
	values := decades(n.least, n.most)
	y := scale{least: values[0], most: values[len(values)-1], from: bottom, to: top, log: true}
	c.rows(values, y)
	x := scale{most: n.nines, from: c.left + plotInset, to: width - plotRight}
	var percents []tick
	for _, percent := range [...]float64{0, 50, 90, 99, 99.9, 99.99, 99.999} {
		if at := nines(percent); at <= n.last {
			percents = append(percents, tick{x.at(at), percentText(percent)})
		}
	}
	if n.nines > n.last {
		percents = append(percents, tick{x.at(n.nines), "max"})
	}
	for _, p := range percents {
		c.line("grid", point{p.at, top}, point{p.at, bottom})
	}
	c.ticks(percents, bottom)
	c.write("tick", (c.left+width)/2, bottom+plotBottom-3, "middle", "share of the messages")
	c.write("tick", c.left-valueGap, top-14, "end", "ms")
	for _, s := range series {
		c.distribution(s, x, y, n)
	}
	return c
}

// nines is how many there are in a percentile: 1 in 90 %, 2 in 99 %.
func nines(percent float64) float64 { return -math.Log10(1 - percent/100) }

func percentText(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) + "%" }

// span is what the axes have to hold: latencies, the last percentile below 100 %, and where the axis ends.
type span struct{ least, most, last, nines float64 }

func reach(series []Series) span {
	s := span{least: math.Inf(1)}
	whole := false
	for _, one := range series {
		for _, p := range one.Points {
			s.least, s.most = min(s.least, floor(p.Least)), max(s.most, floor(p.Most))
			if p.X >= 100 {
				whole = true
				continue
			}
			s.last = max(s.last, nines(p.X))
		}
	}
	if s.nines = s.last; whole {
		s.nines += beyondLast
	}
	return s
}

// floor is a latency that has a logarithm: what was too short to be measured counts as a microsecond.
func floor(ms float64) float64 { return max(ms, 0.001) }

func (c *Chart) distribution(s Series, x, y scale, n span) {
	var middle, around []point
	for _, p := range s.Points {
		at := x.at(n.nines)
		if p.X < 100 {
			at = x.at(nines(p.X))
		}
		middle = append(middle, point{at, y.at(floor(p.Median))})
		around = append(around, point{at, y.at(floor(p.Most))})
		c.About += s.Name + " " + percentText(p.X) + ": " + p.Says + ". "
	}
	for i := len(s.Points) - 1; i >= 0; i-- {
		around = append(around, point{middle[i].x, y.at(floor(s.Points[i].Least))})
	}
	c.area("fill "+s.color(), around...)
	c.line("line "+s.color(), middle...)
	for i, p := range s.Points {
		if whole := p.X == 50 || p.X == 90 || p.X == 99 || p.X == 99.9 || p.X == 99.99; whole {
			c.dot(s.color(), middle[i], dotRadius, s.Name+" "+percentText(p.X)+": "+p.Says)
		}
	}
}
