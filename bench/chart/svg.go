package chart

import (
	_ "embed" // of what is below
	"html/template"
	"strings"
)

// Style is the rules by which charts are colored, light or dark as the reader's system is. A page with charts holds them once.
//
//go:embed chart.css
var Style string

//go:embed chart.svg
var source string

var svg = template.Must(template.New("chart").Funcs(template.FuncMap{
	"px": pixels, "style": func() template.CSS { return template.CSS(Style) },
}).Parse(source))

// margin is what surrounds a chart that is a file of its own, and heading the height of the subject and title in it.
const (
	margin  = 16.0
	heading = 48.0
)

// shown is what the template takes.
type shown struct {
	Chart
	Marks         []mark
	Left, Top     float64
	Width, Height float64
	// SubjectY and TitleY are where their words stand in a file.
	SubjectY, TitleY float64
	File             bool
}

// Inline is the chart as a part of a page that holds Style.
func (c Chart) Inline() template.HTML {
	return template.HTML(draw(shown{Chart: c, Marks: c.marks, Width: c.width, Height: c.height}))
}

// File is the chart as a file of its own, with its title and colors in it.
func (c Chart) File() []byte {
	return []byte(draw(shown{
		Chart: c, Marks: c.marks, File: true, Left: -margin, Top: -margin - heading, Width: c.width + 2*margin, Height: c.height + 2*margin + heading,
		SubjectY: 10 - heading, TitleY: 30 - heading,
	}))
}

func draw(s shown) string {
	s.About = strings.TrimSpace(s.About)
	var b strings.Builder
	if err := svg.Execute(&b, s); err != nil {
		panic("chart: " + err.Error()) // the template and its data are this package's own
	}
	return b.String()
}
