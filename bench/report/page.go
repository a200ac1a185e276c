package report

import (
	"bytes"
	_ "embed" // of what is below
	"html/template"

	"github.com/parlor-chat/parlor/bench/chart"
)

// pageSource is the page. It has no script and asks nobody for anything, so that it can be kept and sent as one file.
//
//go:embed page.html
var pageSource string

//go:embed page.css
var pageStyle string

var pageTemplate = template.Must(template.New("page").Funcs(template.FuncMap{
	"style": func() template.CSS { return template.CSS(chart.Style + pageStyle) },
}).Parse(pageSource))

// render is report.html.
func render(reports []*Report) ([]byte, error) {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, newPage(reports)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
