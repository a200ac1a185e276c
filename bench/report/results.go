package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// What a run leaves in the directory of its results: for programs, and for people.
const (
	resultsFile = "results.json"
	pageFile    = "report.html"
)

// ErrFormat says that a file holds something else than reports that this program can read.
var ErrFormat = errors.New("not results that this program can read")

// WriteDir leaves the reports of a run in a directory, as results.json and as a page, report.html. The directory is made when there is none. What an earlier run left there is replaced.
func WriteDir(dir string, reports []*Report) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	all, err := json.Marshal(reports, json.Deterministic(true), jsontext.WithIndent("  "))
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	shown, err := render(reports)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	for name, content := range map[string][]byte{resultsFile: append(all, '\n'), pageFile: shown} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return fmt.Errorf("report: %w", err)
		}
	}
	return nil
}

// Read reads the reports of a run: its directory, its results.json, or the lines that PrintJSON wrote. It returns ErrFormat for anything else.
func Read(path string) ([]*Report, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, resultsFile)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("report: %w", err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	reports, err := decode(f)
	if err == nil && len(reports) == 0 {
		err = fmt.Errorf("%w: no reports", ErrFormat)
	}
	if err != nil {
		return nil, fmt.Errorf("report: %s: %w", path, err)
	}
	return reports, nil
}

// decode reads reports one after the other, in a list or not.
func decode(from io.Reader) ([]*Report, error) {
	var all []*Report
	d := jsontext.NewDecoder(from)
	for {
		switch kind := d.PeekKind(); kind {
		case '[', ']':
			if _, err := d.ReadToken(); err != nil {
				return nil, fmt.Errorf("%w: %w", ErrFormat, err)
			}
		default:
			text, err := d.ReadValue()
			if errors.Is(err, io.EOF) {
				return all, nil
			}
			if err != nil {
				return nil, fmt.Errorf("%w: %w", ErrFormat, err)
			}
			r, err := decodeOne(bytes.Clone(text))
			if err != nil {
				return nil, err
			}
			all = append(all, r)
		}
	}
}

// decodeOne looks at the format first: what a later one means by the other names, nobody knows.
func decodeOne(text jsontext.Value) (*Report, error) {
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	switch {
	case head.Format == 0:
		return nil, fmt.Errorf("%w: it names no format", ErrFormat)
	case head.Format > Format:
		return nil, fmt.Errorf("%w: format %d is newer than %d", ErrFormat, head.Format, Format)
	}
	var r Report
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if r.Scenario == "" || len(r.Order) == 0 || len(r.Figures) == 0 {
		return nil, fmt.Errorf("%w: a report without scenario, systems or figures", ErrFormat)
	}
	return &r, nil
}
