package web_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/parlor-chat/parlor/web"
	"github.com/parlor-chat/parlor/web/bundle"
)

// strictPolicy is what a careful site owner sends: no inline script, no inline style, no eval. The tests run under it.
const strictPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src *; img-src 'self' data:; base-uri 'none'"

// maxLoaderBytes is the promise for l.js as it travels, compressed.
const maxLoaderBytes = 45 << 10

func TestLoaderSize(t *testing.T) {
	loader, err := fs.ReadFile(web.Assets(), "l.js")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(loader); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	t.Logf("l.js: %d bytes, %d compressed", len(loader), b.Len())
	if b.Len() > maxLoaderBytes {
		t.Errorf("l.js is %d bytes compressed, want at most %d", b.Len(), maxLoaderBytes)
	}
}

// The loader must not need what a strict policy forbids.
func TestLoaderUsesNothingForbidden(t *testing.T) {
	loader, err := fs.ReadFile(web.Assets(), "l.js")
	if err != nil {
		t.Fatal(err)
	}
	for _, forbidden := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "localStorage", "indexedDB", "import("} {
		if bytes.Contains(loader, []byte(forbidden)) {
			t.Errorf("l.js contains %s", forbidden)
		}
	}
}

func TestDistIsUpToDate(t *testing.T) {
	built, err := bundle.Build(".")
	if err != nil && !errors.Is(err, bundle.ErrNoInbox) {
		t.Fatal(err)
	}
	for name, contents := range built {
		committed, err := fs.ReadFile(web.Assets(), name)
		if err != nil || !bytes.Equal(committed, contents) {
			t.Errorf("%s is not up to date; run go run ./cmd/webbuild", name)
		}
	}
}

// The dark ramp stands twice in tokens.css: for systems that prefer it, and for pages that ask for it.
func TestDarkRampsAreEqual(t *testing.T) {
	css, err := os.ReadFile("design/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile(`(?s)\{\s*color-scheme: dark;(.*?)\}`).FindAllStringSubmatch(string(css), -1)
	if len(blocks) != 2 {
		t.Fatalf("%d dark blocks, want 2", len(blocks))
	}
	if a, b := strings.Fields(blocks[0][1]), strings.Fields(blocks[1][1]); strings.Join(a, " ") != strings.Join(b, " ") {
		t.Error("the two dark blocks differ")
	}
}

// TestBrowser runs every *.test.ts in a page of its own.
func TestBrowser(t *testing.T) {
	files := testFiles(t)
	browser := newBrowser(t)
	server := httptest.NewServer(pages(t))
	defer server.Close()
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	for _, file := range files {
		t.Run(file, func(t *testing.T) {
			tab := newTab(t, browser)
			err := chromedp.Do(tab,
				chromedp.EmulateViewport(1024, 768),
				chromedp.Navigate("http://www.shop.example"+port+"/run/"+file),
			)
			if err != nil {
				t.Fatal(err)
			}
			results, err := chromedp.Run(tab, chromedp.Evaluate[[]result]("runTests()", chromedp.EvalAwaitPromise))
			if err != nil {
				t.Fatal(err)
			}
			if len(results) == 0 {
				t.Fatal("the file holds no tests")
			}
			for _, r := range results {
				t.Run(r.Name, func(t *testing.T) {
					if r.Error != "" {
						t.Error(r.Error)
					}
				})
			}
		})
	}
}

type result struct {
	Name  string `json:"name"`
	Error string `json:"error"`
}

func testFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && (d.Name() == "node_modules" || d.Name() == "dist") {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".test.ts") {
			files = append(files, filepath.ToSlash(path))
		}
		return err
	})
	if err != nil || len(files) == 0 {
		t.Fatalf("%d test files: %v", len(files), err)
	}
	return files
}

// pages serves a page for each file of tests, its script, and the golden frames.
func pages(t *testing.T) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /run/{file...}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", strictPolicy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<!doctype html><html lang="en"><title>Tests</title><body><script src="/script/` + r.PathValue("file") + `"></script></body></html>`))
	})
	mux.HandleFunc("GET /script/{file...}", func(w http.ResponseWriter, r *http.Request) {
		script, err := bundle.Script(filepath.FromSlash(r.PathValue("file")), false)
		if err != nil {
			t.Error(err)
			http.Error(w, "does not build", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write(script)
	})
	mux.HandleFunc("GET /examples.js", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		_, _ = w.Write([]byte(examples(t)))
	})
	mux.HandleFunc("GET /golden.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(goldenFrames(t))
	})
	return mux
}

type goldenFrame struct {
	File      string          `json:"file"`
	Direction string          `json:"direction"`
	Frame     json.RawMessage `json:"frame"`
}

// goldenFrames are the samples of what the server sends.
func goldenFrames(t *testing.T) []goldenFrame {
	dir := filepath.Join("..", "protocol", "testdata", "golden")
	index, err := os.ReadFile(filepath.Join(dir, "index.json"))
	if err != nil {
		t.Error(err)
		return nil
	}
	var all, toClients []goldenFrame
	if err := json.Unmarshal(index, &all); err != nil {
		t.Error(err)
		return nil
	}
	for _, g := range all {
		if !strings.HasPrefix(g.Direction, "server") {
			continue
		}
		if g.Frame, err = os.ReadFile(filepath.Join(dir, g.File)); err != nil {
			t.Error(err)
		}
		toClients = append(toClients, g)
	}
	return toClients
}
