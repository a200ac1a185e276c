package chart

import (
	"strconv"
	"strings"
)

// Label says what a chart is.
type Label struct {
	// ID is unique on a page.
	ID string
	// Subject is what several charts are about, Title what this one shows of it.
	Subject, Title string
}

// Chart is a drawing.
type Chart struct {
	Label
	// About is the numbers in words, for those who do not see them.
	About string

	width, height float64
	// left is where the plot of a chart with a value axis begins.
	left  float64
	marks []mark
}

// Range is the middle of several rounds, and how far they went.
type Range struct{ Median, Least, Most float64 }

// kinds of marks, by the name of their element.
const (
	text = "text"
	path = "path"
	rect = "rect"
	dot  = "circle"
)

// mark is one thing that is drawn. Which fields count depends on the kind.
type mark struct {
	Kind, Class   string
	X, Y          float64
	Width, Height float64 // of a rectangle
	Radius        float64 // of a dot, and of a rectangle's corners
	Anchor        string  // of a text
	Text          string  // of a text, and what a dot or rectangle says when it is pointed at
	Data          string  // of a path
}

func (c *Chart) write(class string, x, y float64, anchor, words string) {
	c.marks = append(c.marks, mark{Kind: text, Class: class, X: x, Y: y, Anchor: anchor, Text: words})
}

func (c *Chart) line(class string, points ...point) {
	c.marks = append(c.marks, mark{Kind: path, Class: class, Data: data(points)})
}

// area fills what lies between points.
func (c *Chart) area(class string, points ...point) {
	c.marks = append(c.marks, mark{Kind: path, Class: class, Data: data(points) + "Z"})
}

func (c *Chart) box(class string, x, y, width, height, radius float64, says string) {
	c.marks = append(c.marks, mark{Kind: rect, Class: class, X: x, Y: y, Width: width, Height: height, Radius: radius, Text: says})
}

func (c *Chart) dot(class string, at point, radius float64, says string) {
	c.marks = append(c.marks, mark{Kind: dot, Class: class, X: at.x, Y: at.y, Radius: radius, Text: says})
}

// point is a place in a chart: pixels from its upper left corner.
type point struct{ x, y float64 }

func data(points []point) string {
	var b strings.Builder
	for i, p := range points {
		b.WriteByte("ML"[min(i, 1)])
		b.WriteString(pixels(p.x))
		b.WriteByte(' ')
		b.WriteString(pixels(p.y))
	}
	return b.String()
}

// pixels to a tenth: finer differences are not seen.
func pixels(v float64) string {
	return strings.TrimSuffix(strconv.FormatFloat(v, 'f', 1, 64), ".0")
}

// characterWidth is about what a character takes; what letters really take, only the reader's browser knows.
const characterWidth = 7

func textWidth(words string) float64 { return characterWidth * float64(len([]rune(words))) }

// legend names the series, from the left, and returns the height that it took.
func (c *Chart) legend(series []Series) float64 {
	const lineHeight, swatch, gap = 20, 14, 18
	if len(series) < 2 {
		return 0
	}
	x, y := 0.0, 0.0
	for _, s := range series {
		wide := swatch + 6 + textWidth(s.Name)
		if x > 0 && x+wide > c.width {
			x, y = 0, y+lineHeight
		}
		c.line("line "+s.color(), point{x, y + 9}, point{x + swatch, y + 9})
		c.write("name", x+swatch+6, y+13, "start", s.Name)
		x += wide + gap
	}
	return y + lineHeight + 4
}
