package policy

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/parlor-chat/parlor/chat"
)

//go:embed page.html
var pageSource string

// PageStyle is the style sheet of the page, and of others that are made to be read and printed.
//
//go:embed page.css
var PageStyle string

// Handler serves the document of the website that is named in the path, as a page, or as JSON to those who ask for it. describe finds it;
// for a website that is not there it returns an error, and the answer is 404.
func Handler(describe func(context.Context, chat.WebsiteID) (Document, error)) http.Handler {
	page := template.Must(template.New("policy").Parse(pageSource))
	sum := sha256.Sum256([]byte(PageStyle))
	// The one style sheet stands in the page, named by its hash: a page that is linked from elsewhere needs nothing else.
	security := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id, err := chat.ParseWebsiteID(r.PathValue("website"))
		if err != nil {
			http.NotFound(w, r)
			return
		}
		d, err := describe(r.Context(), id)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-cache")
		h.Set("Vary", "Accept")
		if strings.Contains(r.Header.Get("Accept"), "application/json") {
			h.Set("Content-Type", "application/json")
			_ = json.MarshalWrite(w, d) // the client is gone when this fails
			return
		}
		var b bytes.Buffer
		if err := page.Execute(&b, map[string]any{"Document": d, "Style": template.CSS(PageStyle)}); err != nil {
			http.Error(w, "the page cannot be made", http.StatusInternalServerError)
			return
		}
		h.Set("Content-Security-Policy", security)
		h.Set("Content-Type", "text/html; charset=utf-8")
		_, _ = b.WriteTo(w) // the client is gone when this fails
	})
}
