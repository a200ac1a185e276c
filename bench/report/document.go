package report

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Document is a Markdown file that shows what was measured. What stands between two comments is written anew from results, the rest is left as
// it is:
//
//	<!-- measured: saturate -->  …  <!-- end -->
//
// The name is a scenario's, or "bars" for all bars in a table, or "others" for all scenarios that the document does not name.
type Document struct {
	// File is the document, Images the directory of its charts, which is its own: a chart that it does not show is removed.
	File, Images string
}

const (
	barsName   = "bars"
	othersName = "others"
)

var (
	part = regexp.MustCompile(`(?ms)^<!-- measured: (\S+) -->\n(.*?)^<!-- end -->$`)
	edge = regexp.MustCompile(`(?m)^<!-- (measured: .*|end) -->$`)
	// shownChart is the file of a chart in a link.
	shownChart = regexp.MustCompile(`[^/(]+\.svg`)
)

// Update writes the parts of the document. It returns the names of those that it left, since no report is for them.
func (d Document) Update(reports []*Report) (left []string, err error) {
	text, err := os.ReadFile(d.File)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	images, err := filepath.Rel(filepath.Dir(d.File), d.Images)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	parts := part.FindAllStringSubmatch(string(text), -1)
	if len(parts) == 0 || len(edge.FindAll(text, -1)) != 2*len(parts) {
		return nil, fmt.Errorf("report: %s: %w", d.File, errMarks)
	}
	w := writer{page: newPage(reports), images: filepath.ToSlash(images)}
	for _, p := range parts {
		w.named = append(w.named, p[1])
	}
	written := part.ReplaceAllStringFunc(string(text), func(whole string) string {
		p := part.FindStringSubmatch(whole)
		content, ok := w.write(p[1])
		if !ok {
			left = append(left, p[1])
			return whole
		}
		return "<!-- measured: " + p[1] + " -->\n" + content + "<!-- end -->"
	})
	if err := d.draw(w.pictures, written); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	if err := os.WriteFile(d.File, []byte(written), 0o644); err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	return left, nil
}

var errMarks = errors.New(`a part begins with a line "<!-- measured: NAME -->" and ends with a line "<!-- end -->", and there is at least one`)

// writer makes the parts of a document, and notes which charts they show.
type writer struct {
	page
	images   string
	named    []string
	pictures []picture
}

// write is the part with a name. It reports false when no report is for it.
func (w *writer) write(name string) (string, bool) {
	if name == barsName {
		return w.barsMarkdown(), len(w.Verdicts) > 0
	}
	var b strings.Builder
	for _, s := range w.Sections {
		switch {
		case s.ID == name:
		case name == othersName && !slices.Contains(w.named, s.ID):
			fmt.Fprintf(&b, "## %s\n\n", s.Title)
		default:
			continue
		}
		b.WriteString(s.markdown(w.images) + "\n")
		w.pictures = append(w.pictures, s.files()...)
	}
	return strings.TrimSuffix(b.String(), "\n"), b.Len() > 0
}

// draw makes the charts' files, and removes those that the document does not show any more.
func (d Document) draw(pictures []picture, document string) error {
	if err := os.MkdirAll(d.Images, 0o755); err != nil {
		return err
	}
	for _, p := range pictures {
		if err := os.WriteFile(filepath.Join(d.Images, p.file()), p.File(), 0o644); err != nil {
			return err
		}
	}
	shown := shownChart.FindAllString(document, -1)
	files, err := filepath.Glob(filepath.Join(d.Images, "*.svg"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if !slices.Contains(shown, filepath.Base(file)) {
			if err := os.Remove(file); err != nil {
				return err
			}
		}
	}
	return nil
}

// Merge is two runs as one: what the later measured again takes the place of what the earlier found.
func Merge(earlier, later []*Report) []*Report {
	all := slices.Clone(earlier)
	for _, r := range later {
		if i := slices.IndexFunc(all, func(e *Report) bool { return e.Scenario == r.Scenario }); i >= 0 {
			all[i] = r
		} else {
			all = append(all, r)
		}
	}
	return all
}
