package transport

import (
	"net/http"
	"time"

	"github.com/parlor-chat/parlor/chat"
)

// serveCookie sets, renews and clears a visitor's session cookie where the node answers on a host of the page's own site.
func (t *Transport) serveCookie(w http.ResponseWriter, r *http.Request) {
	page, ok := parseOrigin(r.Header.Get("Origin"))
	if !ok {
		writeError(w, &chat.Error{Code: chat.CodeForbidden, Message: "only pages may ask for this"})
		return
	}
	if r.Method == http.MethodOptions {
		t.preflight(w, r)
		return
	}
	switch r.Method {
	case http.MethodPost:
		t.setCookie(w, r, page)
	case http.MethodDelete:
		t.clearCookie(w, r, page)
	default:
		w.Header().Set("Allow", "POST, DELETE, OPTIONS")
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// preflight lets pages ask (CORS). Which page may is decided at the request itself, when the website is known.
func (t *Transport) preflight(w http.ResponseWriter, r *http.Request) {
	allowOrigin(w, r)
	w.Header().Set("Access-Control-Allow-Methods", "POST, DELETE")
	w.Header().Set("Access-Control-Allow-Headers", "Content-Type")
	w.Header().Set("Access-Control-Max-Age", "7200")
	w.WriteHeader(http.StatusNoContent)
}

func allowOrigin(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	w.Header().Set("Access-Control-Allow-Credentials", "true")
	w.Header().Add("Vary", "Origin")
}

// embedder finds the website that the page may embed, or answers that it may not.
func (t *Transport) embedder(w http.ResponseWriter, r *http.Request, id string, page origin) (chat.Website, bool) {
	website, err := chat.ParseWebsiteID(id)
	if err == nil {
		site, err := t.system.Site(r.Context(), website)
		if err == nil && t.admits(site, &handshake{origin: page, hasOrigin: true}) && sameSite(page, r, t.public.secure) {
			allowOrigin(w, r)
			return site.Website(), true
		}
	}
	writeError(w, &chat.Error{Code: chat.CodeForbidden, Message: "this page may not set the website's cookie here"})
	return chat.Website{}, false
}

func (t *Transport) setCookie(w http.ResponseWriter, r *http.Request, page origin) {
	var body struct {
		Website string `json:"website"`
		Token   string `json:"token"`
		Domain  string `json:"domain"`
		MaxAge  int64  `json:"max_age"`
	}
	if !readJSON(w, r, &body) {
		return
	}
	website, ok := t.embedder(w, r, body.Website, page)
	if !ok {
		return
	}
	name := cookieName(t.config.CookiePrefix, website.ID)
	held, holds := cookieCredential(r, name)
	given, gives := parseCredential(body.Token)
	switch {
	case !gives && !holds:
		writeError(w, &chat.Error{Code: chat.CodeInvalid, Message: "token: the one of welcome"})
		return
	case gives && holds && held != given:
		writeJSON(w, http.StatusOK, map[string]bool{"adopt": true}) // another tab was first (P5)
		return
	case !gives:
		given = held
	}
	age := website.Cookie.MaxAge
	if body.MaxAge > 0 {
		age = max(time.Duration(min(body.MaxAge, int64(chat.MaxCookieAge/time.Second)))*time.Second, chat.MinCookieAge)
	}
	http.SetCookie(w, sessionCookie(name, given.token(), cookieDomain(body.Domain, website.Cookie, page, hostOf(r.Host)), age, t.public.secure))
	w.WriteHeader(http.StatusNoContent)
}

func (t *Transport) clearCookie(w http.ResponseWriter, r *http.Request, page origin) {
	website, ok := t.embedder(w, r, r.URL.Query().Get("website"), page)
	if !ok {
		return
	}
	name := cookieName(t.config.CookiePrefix, website.ID)
	http.SetCookie(w, sessionCookie(name, "", cookieDomain(r.URL.Query().Get("domain"), website.Cookie, page, hostOf(r.Host)), -time.Second, t.public.secure))
	w.WriteHeader(http.StatusNoContent)
}
