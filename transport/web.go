package transport

import (
	"bytes"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

// Policies for what browsers may do with our pages: nothing from elsewhere, nothing inline, never in a frame.
const (
	pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; " +
		"font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
	immutable = "public, max-age=31536000, immutable"
	// revalidated lets the loader be cached for minutes, so that an upgrade reaches all pages soon.
	revalidated = "public, max-age=300"
)

// websitePlaceholder stands in the demo page for the website's id.
const websitePlaceholder = "__WEBSITE_ID__"

func (t *Transport) routeWeb(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", t.serveRoot)
	mux.HandleFunc("GET /l.js", t.serveLoader)
	mux.HandleFunc("GET /inbox", redirectTo("/inbox/"))
	mux.HandleFunc("GET /inbox/", t.serveInbox)
	if !t.config.DemoWebsite.IsZero() {
		mux.HandleFunc("GET /demo", t.serveDemo)
		mux.HandleFunc("GET /demo/", t.serveDemo)
	}
	if t.config.Policy != nil {
		mux.Handle("GET /policy/{website}", t.config.Policy)
	}
}

func redirectTo(where string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, where, http.StatusFound) }
}

func (t *Transport) serveRoot(w http.ResponseWriter, r *http.Request) {
	where := "/inbox/"
	if !t.config.DemoWebsite.IsZero() {
		where = "/demo"
	}
	http.Redirect(w, r, where, http.StatusFound)
}

// serveLoader serves the script that websites embed: from any site, so it says that it may be used across origins.
func (t *Transport) serveLoader(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	w.Header().Set("Cache-Control", revalidated)
	t.serveAsset(w, r, "l.js")
}

func (t *Transport) serveInbox(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/inbox")
	name = strings.TrimPrefix(name, "/")
	if name == "" || !strings.Contains(name, ".") {
		t.servePage(w, r, "inbox/index.html", nil)
		return
	}
	w.Header().Set("Cache-Control", immutable)
	t.serveAsset(w, r, "inbox/"+name)
}

// serveDemo serves the demo page under several paths, so that one can see the chat follow from page to page.
func (t *Transport) serveDemo(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(strings.TrimPrefix(path.Clean(r.URL.Path), "/demo"), "/")
	if strings.Contains(name, ".") {
		w.Header().Set("Cache-Control", "no-cache")
		t.serveAsset(w, r, "demo/"+name)
		return
	}
	t.servePage(w, r, "demo/index.html", func(page []byte) []byte {
		return bytes.ReplaceAll(page, []byte(websitePlaceholder), []byte(t.config.DemoWebsite.String()))
	})
}

func (t *Transport) servePage(w http.ResponseWriter, r *http.Request, name string, edit func([]byte) []byte) {
	page, err := fs.ReadFile(t.config.Assets, name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	if edit != nil {
		page = edit(page)
	}
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cache-Control", "no-cache")
	h.Set("Content-Type", "text/html; charset=utf-8")
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(page))
}

func (t *Transport) serveAsset(w http.ResponseWriter, r *http.Request, name string) {
	asset, err := fs.ReadFile(t.config.Assets, name)
	if err != nil {
		w.Header().Del("Cache-Control")
		http.NotFound(w, r)
		return
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(asset))
}
