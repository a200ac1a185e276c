package report

import "strconv"

// Figure is one thing that a scenario measures.
type Figure struct {
	// Name is what programs read, Label what people do.
	Name  string `json:"name"`
	Label string `json:"label"`
	// Digits is how many decimals are worth printing.
	Digits int `json:"digits,omitempty"`
	// Better is which way is an improvement; empty when neither is.
	Better Direction `json:"better,omitempty"`
}

// Direction is where a figure should go, or be kept.
type Direction string

// The directions.
const (
	More Direction = "more"
	Less Direction = "less"
)

// Figures are a system's values by figure name.
type Figures map[string]float64

// number is a figure as text, empty when it was not measured.
func number(f Figures, name string, digits int) string {
	v, ok := f[name]
	if !ok {
		return ""
	}
	return strconv.FormatFloat(v, 'f', digits, 64)
}
