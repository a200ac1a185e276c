package transport

import (
	"errors"
	"net/http"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
)

// loginCookie holds an agent's login. The prefix makes browsers insist on Secure, Path=/ and no Domain (RFC 6265bis).
const loginCookie = "__Host-parlor-agent"

// loginMaxAge is how long a browser keeps it; the login itself may end before.
const loginMaxAge = 30 * 24 * time.Hour

// routeLogin adds the agents' login, and what they ask for by it beside the socket. Requests that change something are refused when they come from another site's page.
func (t *Transport) routeLogin(mux *http.ServeMux) {
	protection := http.NewCrossOriginProtection()
	for o := range t.public.origins {
		if err := protection.AddTrustedOrigin(o.String()); err != nil {
			t.log.Error("public URL is no origin", "error", err)
		}
	}
	mux.Handle("POST /agent/login", protection.Handler(http.HandlerFunc(t.serveLogin)))
	mux.Handle("POST /agent/logout", protection.Handler(http.HandlerFunc(t.serveLogout)))
	mux.Handle("POST /agent/export", protection.Handler(http.HandlerFunc(t.serveExport)))
	mux.HandleFunc("GET /agent/me", t.serveMe)
}

func (t *Transport) serveLogin(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
	if !readJSON(w, r, &body) {
		return
	}
	addr := clientAddr(r, t.config.TrustedProxies).Addr()
	token, agent, err := t.config.Accounts.Login(r.Context(), body.Email, body.Password, addr)
	if err != nil {
		writeError(w, asRefusal(err))
		return
	}
	http.SetCookie(w, loginCookieFor(token, int(loginMaxAge/time.Second)))
	writeJSON(w, http.StatusOK, agentAnswer(agent))
}

func (t *Transport) serveLogout(w http.ResponseWriter, r *http.Request) {
	if cookie, err := r.Cookie(loginCookie); err == nil {
		if err := t.config.Accounts.Logout(r.Context(), cookie.Value); err != nil {
			writeError(w, asRefusal(err))
			return
		}
	}
	http.SetCookie(w, loginCookieFor("", -1))
	w.WriteHeader(http.StatusNoContent)
}

func (t *Transport) serveMe(w http.ResponseWriter, r *http.Request) {
	if agent, ok := t.loggedIn(w, r); ok {
		writeJSON(w, http.StatusOK, agentAnswer(agent))
	}
}

// loggedIn finds out whose login a request came with, or answers that it counts for nothing.
func (t *Transport) loggedIn(w http.ResponseWriter, r *http.Request) (agent chat.Agent, ok bool) {
	cookie, err := r.Cookie(loginCookie)
	if err != nil {
		writeError(w, &chat.Error{Code: chat.CodeUnauthorized, Message: "not logged in"})
		return agent, false
	}
	agent, _, err = t.config.Accounts.Verify(r.Context(), cookie.Value)
	if err != nil {
		writeError(w, asRefusal(err))
	}
	return agent, err == nil
}

func loginCookieFor(value string, maxAge int) *http.Cookie {
	return &http.Cookie{
		Name: loginCookie, Value: value, Path: "/", MaxAge: maxAge, Secure: true, HttpOnly: true, SameSite: http.SameSiteStrictMode,
	}
}

func agentAnswer(a chat.Agent) any {
	return struct {
		Agent protocol.AgentInfo `json:"agent"`
	}{protocol.AgentInfo{ID: a.ID, Name: a.Name, Email: a.Email, Avatar: a.Avatar}}
}

// closeForLogin is the close code for a login that does not count.
func closeForLogin(err error) protocol.CloseCode {
	return protocol.CloseFor(asRefusal(err).Code)
}

// asRefusal is what a client may be told about an error.
func asRefusal(err error) *chat.Error {
	var refusal *chat.Error
	if errors.As(err, &refusal) {
		return refusal
	}
	return &chat.Error{Code: chat.CodeUnavailable, Message: "try again in a moment", Retry: time.Second}
}
