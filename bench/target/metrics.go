package target

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// Metric reads one of the process's metrics, of those without labels.
func (p *Process) Metric(ctx context.Context, name string) (float64, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.admin+"/metrics", nil)
	if err != nil {
		return 0, fmt.Errorf("target: metrics: %w", err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, fmt.Errorf("target: metrics: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	return metric(answer.Body, name)
}

// metric finds a value in Prometheus' text format.
func metric(text io.Reader, name string) (float64, error) {
	lines := bufio.NewScanner(text)
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), name+" "); ok {
			return strconv.ParseFloat(value, 64)
		}
	}
	if err := lines.Err(); err != nil {
		return 0, fmt.Errorf("target: metrics: %w", err)
	}
	return 0, fmt.Errorf("target: there is no metric %s", name)
}
