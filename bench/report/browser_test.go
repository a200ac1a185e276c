package report_test

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/internal/chromium"
)

// looks are how people see the page.
var looks = map[string]chromium.Look{
	"light": {Width: 1280, Height: 900},
	"dark":  {Width: 1280, Height: 900, Dark: true},
	"phone": {Width: 390, Height: 844, Mobile: true},
}

// TestHardChartsInBrowser: long names, many systems, no spread, nothing at all, tiny and huge values leave every chart readable.
func TestHardChartsInBrowser(t *testing.T) {
	dir := t.TempDir()
	if err := report.WriteDir(dir, hardSamples()); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(dir)))
	defer server.Close()
	tab := chromium.Start(t, chromium.Options{}).Tab()
	for name, look := range looks {
		tab.As(look)
		tab.Go(server.URL + "/report.html")
		if wide := chromium.Eval[int64](tab, `document.documentElement.scrollWidth`); wide > look.Width {
			t.Errorf("%s: the page is %d wide, the window %d", name, wide, look.Width)
		}
		for _, fault := range chromium.Eval[[]string](tab, chartFaults) {
			t.Errorf("%s: %s", name, fault)
		}
	}
}

// TestPageInBrowser: a browser has nothing to complain about, asks for nothing else, and shows every chart whole, in any light and size.
func TestPageInBrowser(t *testing.T) {
	dir := t.TempDir()
	if err := report.WriteDir(dir, samples()); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var asked []string
	files := http.FileServer(http.Dir(dir))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.URL.Path)
		mu.Unlock()
		files.ServeHTTP(w, r)
	}))
	defer server.Close()
	tab := chromium.Start(t, chromium.Options{}).Tab()
	grounds := make(map[string]string)
	for name, look := range looks {
		tab.As(look)
		tab.Go(server.URL + "/report.html")
		if wide := chromium.Eval[int64](tab, `document.documentElement.scrollWidth`); wide > look.Width {
			t.Errorf("%s: the page is %d wide, the window %d", name, wide, look.Width)
		}
		// One for each figure that was measured, and the latency for the room there is.
		if n := chromium.Eval[int](tab, `[...document.querySelectorAll('.chart')].filter(c => c.checkVisibility()).length`); n != 2+2+1+3+1 {
			t.Errorf("%s: %d charts are seen", name, n)
		}
		for _, fault := range chromium.Eval[[]string](tab, chartFaults) {
			t.Errorf("%s: %s", name, fault)
		}
		grounds[name] = chromium.Eval[string](tab, `getComputedStyle(document.body).backgroundColor`)
	}
	if grounds["light"] == grounds["dark"] || grounds["light"] != grounds["phone"] {
		t.Errorf("the grounds are %v", grounds)
	}
	if console := tab.Console(); len(console) > 0 {
		t.Errorf("the browser says %q", console)
	}
	mu.Lock()
	defer mu.Unlock()
	for _, path := range asked {
		if path != "/report.html" {
			t.Errorf("the page asks for %s", path)
		}
	}
}

// chartFaults looks at what was really laid out: charts without a size or an accessible name, words and marks that stick out, words that cover words of
// their kind.
const chartFaults = `[...document.querySelectorAll('.chart')].filter(c => c.checkVisibility()).flatMap(chart => {
	const faults = [], frame = chart.getBoundingClientRect(), id = chart.getAttribute('aria-labelledby')
	const named = id.split(' ').every(part => document.getElementById(part)?.textContent)
	if (frame.width < 250 || frame.height < 50) faults.push(id + ' is ' + frame.width + ' by ' + frame.height)
	if (chart.getAttribute('role') !== 'img' || !named) faults.push(id + ' has no name')
	if (!chart.querySelector('rect, circle')) faults.push(id + ' shows nothing')
	const words = [...chart.querySelectorAll('text')].map(t => ({text: t.textContent, box: t.getBoundingClientRect()}))
	for (const mark of chart.querySelectorAll('path, rect, circle')) {
		const box = mark.getBoundingClientRect()
		if (box.left < frame.left - 8 || box.right > frame.right + 8 || box.top < frame.top - 8 || box.bottom > frame.bottom + 8) {
			faults.push(id + ': ' + mark.outerHTML + ' leaves the chart')
		}
	}
	words.forEach(({text, box}, i) => {
		if (!box.width) faults.push(id + ': ' + text + ' has no size')
		if (box.left < frame.left - 2 || box.right > frame.right + 2 || box.top < frame.top - 2 || box.bottom > frame.bottom + 2) {
			faults.push(id + ': ' + text + ' sticks out')
		}
		for (const other of words.slice(i + 1)) {
			const across = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left)
			const down = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top)
			if (across > 1 && down > 4) faults.push(id + ': ' + text + ' is over ' + other.text)
		}
	})
	return faults
})`
