package report

import _ "embed" // of what is below

// pageSource is the page. It has no script and asks nobody for anything, so that it can be kept and sent as one file.
//
//go:embed page.html
var pageSource string

//go:embed page.css
var pageStyle string
