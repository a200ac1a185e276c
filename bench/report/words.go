package report

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/parlor-chat/parlor/bench/chart"
)

// ratioDigits is how many decimals of a ratio are worth printing.
const ratioDigits = 2

// decimal is a number for people: 191,981.50.
func decimal(v float64, digits int) string {
	s := strconv.FormatFloat(v, 'f', digits, 64)
	whole, rest, fraction := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction {
		whole += "." + rest
	}
	return sign + whole
}

// span is the range in words, empty when all rounds agree.
func (s Spread) span(digits int) string {
	least, most := decimal(s.Least, digits), decimal(s.Most, digits)
	if s.Count == 0 || least == most {
		return ""
	}
	return least + " to " + most
}

// words is the median, and the range where there is one.
func (s Spread) words(digits int) string {
	if s.Count == 0 {
		return "not measured"
	}
	if span := s.span(digits); span != "" {
		return decimal(s.Median, digits) + " (" + span + ")"
	}
	return decimal(s.Median, digits)
}

// figure is what a name means.
func (r *Report) figure(name string) Figure {
	for _, f := range r.Figures {
		if f.Name == name {
			return f
		}
	}
	return Figure{Name: name, Label: name, Digits: ratioDigits}
}

// digits is how many decimals of what a bar is about are worth printing.
func (r *Report) digits(b Bar) int {
	if b.Of == Value {
		return r.figure(b.Figure).Digits
	}
	return ratioDigits
}

// bound is how a bar's limit is meant.
func (b Bar) bound() string {
	if b.Better == More {
		return "at least "
	}
	return "at most "
}

// limit is what is demanded, in the words that fit into a chart.
func (r *Report) limit(b Bar) string {
	limit := b.bound() + strconv.FormatFloat(b.Limit, 'f', -1, 64)
	switch b.Of {
	case Ratio:
		return limit + " × " + r.Order[0]
	case Growth:
		return limit + " × the first"
	}
	return b.bound() + chart.Short(b.Limit)
}

// demand is the whole bar in words.
func (r *Report) demand(b Bar) string {
	words := r.limit(b)
	if b.Of == Value {
		words = b.bound() + decimal(b.Limit, decimals(b.Limit))
	}
	if b.At != 0 {
		words += " at " + decimal(b.At, 0) + " " + r.StepLabel
	}
	return words
}

// decimals is how many a number has.
func decimals(v float64) int {
	_, fraction, _ := strings.Cut(strconv.FormatFloat(v, 'f', -1, 64), ".")
	return len(fraction)
}

// holds is the state of a bar that was reached.
const holds = "holds"

// State is the verdict in a word.
func (v Verdict) State() string {
	switch {
	case v.Got.Count == 0:
		return "not measured"
	case v.Holds:
		return holds
	}
	return "missed"
}

// title is what the scenario is called.
func (r *Report) title() string {
	if r.Title != "" {
		return r.Title
	}
	return r.Scenario
}

// settings are the scenario's, in words.
func (r *Report) settings() string { return strings.Join(settingWords(r.Settings), ", ") }

// settingWords names each setting and its value, those within others after the name of the others. What is no object stands as it is.
func settingWords(settings jsontext.Value) []string {
	switch settings.Kind() {
	case '{':
	case '0':
		if v, err := strconv.ParseFloat(string(settings), 64); err == nil {
			return []string{decimal(v, decimals(v))}
		}
		fallthrough
	default:
		return strings.Fields(string(settings))
	}
	var words []string
	d := jsontext.NewDecoder(bytes.NewReader(settings))
	_, err := d.ReadToken()
	for err == nil && d.PeekKind() == '"' {
		var name jsontext.Token
		if name, err = d.ReadToken(); err != nil {
			break
		}
		key := strings.ReplaceAll(name.String(), "_", " ")
		var value jsontext.Value
		if value, err = d.ReadValue(); err == nil {
			words = append(words, key+" "+strings.Trim(strings.Join(settingWords(value), ", "), `"`))
		}
	}
	return words
}

// commitDigits is how much of a commit is shown.
const commitDigits = 12

// commitWords is what was measured, in words.
func (r *Report) commitWords() string {
	revision, changed := strings.CutSuffix(r.Commit, dirty)
	if revision == "" {
		return "unknown"
	}
	revision = revision[:min(len(revision), commitDigits)]
	if changed {
		revision += " with changes that are in no commit"
	}
	return revision
}

// words is a machine in a line.
func (m Machine) words() string {
	return fmt.Sprintf("%s, %d cores, %s MiB, %s %s, %s", m.CPU, m.Cores, decimal(float64(m.MemoryMiB), 0), m.System, m.Kernel, m.Go)
}
