package target

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Agent is how an agent logs in.
type Agent struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

// login is an agent's: header goes with every connection.
type login struct {
	agent  Agent
	header http.Header
}

// logIn gets the cookie that all agents' connections use. It outlives a restart.
func (p *Parlor) logIn(ctx context.Context) error {
	body, err := json.Marshal(p.login.agent)
	if err != nil {
		return fmt.Errorf("target: login: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.at+"/agent/login", bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("target: login: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", p.at)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("target: login: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	for _, cookie := range answer.Cookies() {
		if cookie.Name == loginCookie {
			p.login.header = http.Header{"Origin": {p.at}, "Cookie": {loginCookie + "=" + cookie.Value}}
			return nil
		}
	}
	return fmt.Errorf("target: login was answered with %s and no cookie", answer.Status)
}
