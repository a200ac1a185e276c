package transport

import (
	"context"
	"net/http"
	"time"

	"github.com/parlor-chat/parlor/chat"
)

const (
	// maxExports is how many exports are made at once: each holds a whole conversation in memory.
	maxExports = 2
	// gatherTimeout bounds how long one is gathered, answerTimeout how long an agent may take to receive it.
	gatherTimeout = 20 * time.Second
	answerTimeout = 2 * time.Minute
)

// downloadPolicy is for what is saved and not shown: should a browser show it all the same, it may do nothing.
const downloadPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// serveExport hands out everything that is held on one visitor, to an agent of the website. It is no GET, since it leaves an entry in the
// audit log.
func (t *Transport) serveExport(w http.ResponseWriter, r *http.Request) {
	agent, ok := t.loggedIn(w, r)
	if !ok {
		return
	}
	var body struct {
		Website string `json:"website"`
		Session string `json:"session"`
		Format  string `json:"format"`
	}
	if !readJSON(w, r, &body) {
		return
	}
	website, err := chat.ParseWebsiteID(body.Website)
	if err != nil || !agent.Serves(website) { // one that the agent was not given does not exist for them (G22)
		writeError(w, &chat.Error{Code: chat.CodeUnknownWebsite, Message: "there is no such website"})
		return
	}
	session, err := chat.ParseSessionID(body.Session)
	if err != nil {
		writeError(w, &chat.Error{Code: chat.CodeUnknownSession, Message: "there is no such session"})
		return
	}
	contentType, known := map[string]string{"json": "application/json", "html": "text/html; charset=utf-8"}[body.Format]
	if !known {
		writeError(w, &chat.Error{Code: chat.CodeInvalid, Message: "format: json or html"})
		return
	}
	select {
	case t.exports <- struct{}{}:
		defer func() { <-t.exports }()
	default:
		writeError(w, &chat.Error{Code: chat.CodeBusy, Message: "others are exporting; try again in a moment", Retry: 2 * time.Second})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), gatherTimeout)
	defer cancel()
	write, err := t.config.Export(ctx, Export{Website: website, Session: session, By: participant(agent), HTML: body.Format == "html"})
	if err != nil {
		writeError(w, asRefusal(err))
		return
	}
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Disposition", `attachment; filename="`+session.String()+"."+body.Format+`"`)
	h.Set("Content-Security-Policy", downloadPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTimeout)) // without one the server's own counts
	if write(w) != nil {
		panic(http.ErrAbortHandler) // half a document must not look like a whole one
	}
}
