package engine

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/parlor-chat/parlor/chat"
)

// maxControlBytes bounds a control request, maxAnswerBytes its answer: everything that is held on one visitor can be much.
const (
	maxControlBytes = 1 << 20
	maxAnswerBytes  = 1 << 30
)

// passwordChange is the body of a request to change a password.
type passwordChange struct {
	Agent    chat.AgentID `json:"agent"`
	Password string       `json:"password"`
}

// routeControl serves the Directory to who can read the key from the data directory.
func (n *Node) routeControl(mux *http.ServeMux, key string) {
	allowed := func(h http.HandlerFunc) http.HandlerFunc {
		want := "Bearer " + key
		return func(w http.ResponseWriter, r *http.Request) {
			if subtle.ConstantTimeCompare([]byte(r.Header.Get("Authorization")), []byte(want)) != 1 {
				http.Error(w, "the key in the data directory is needed", http.StatusUnauthorized)
				return
			}
			r.Body = http.MaxBytesReader(w, r.Body, maxControlBytes)
			h(w, r)
		}
	}
	mux.HandleFunc("GET /control/websites", allowed(answer(func(r *http.Request) (any, error) { return n.operator.Websites(r.Context()) })))
	mux.HandleFunc("GET /control/agents", allowed(answer(func(r *http.Request) (any, error) { return n.operator.Agents(r.Context()) })))
	mux.HandleFunc("PUT /control/websites", allowed(answer(change(n.operator.PutWebsite))))
	mux.HandleFunc("PUT /control/agents", allowed(answer(change(n.operator.PutAgent))))
	mux.HandleFunc("PUT /control/password", allowed(answer(change(func(ctx context.Context, c passwordChange) (struct{}, error) {
		return struct{}{}, n.operator.SetPassword(ctx, c.Agent, c.Password)
	}))))
	mux.HandleFunc("PUT /control/identify", allowed(answer(change(n.operator.Identify))))
	mux.HandleFunc("PUT /control/export", allowed(answer(change(n.operator.Export))))
	mux.HandleFunc("PUT /control/erase", allowed(answer(change(func(ctx context.Context, r Request) (struct{}, error) {
		return struct{}{}, n.operator.Erase(ctx, r)
	}))))
	mux.HandleFunc("PUT /control/find", allowed(answer(change(n.operator.Find))))
	mux.HandleFunc("PUT /control/explain", allowed(answer(change(n.operator.Explain))))
	mux.HandleFunc("PUT /control/simulate", allowed(answer(change(n.operator.Simulate))))
	mux.HandleFunc("PUT /control/audit", allowed(answer(change(n.operator.AuditLog))))
	mux.HandleFunc("PUT /control/network/check", allowed(answer(change(n.operator.CheckNetwork))))
	mux.HandleFunc("PUT /control/network/forgive", allowed(answer(change(n.operator.ForgiveNetwork))))
	mux.HandleFunc("PUT /control/backup", allowed(answer(change(func(ctx context.Context, b backupRequest) (struct{}, error) {
		return struct{}{}, n.operator.Backup(ctx, b.Dir)
	}))))
}

// change reads a request's body and hands it to f.
func change[In, Out any](f func(context.Context, In) (Out, error)) func(*http.Request) (any, error) {
	return func(r *http.Request) (any, error) {
		var in In
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			return nil, errors.New("the request cannot be read; is the program of the same version as the node?")
		}
		return f(r.Context(), in)
	}
}

// answer writes what f returns: its value as JSON, or its error as text.
func answer(f func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		value, err := f(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusUnprocessableEntity)
			return
		}
		data, err := json.Marshal(value)
		if err != nil {
			http.Error(w, fmt.Sprintf("encode: %v", err), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(data) // the client is gone when this fails
	}
}
