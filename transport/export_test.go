package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/chat"
)

// exporting logs an agent in and returns what asks for an export.
func exporting(t *testing.T) (h *house, ask func() (*http.Response, error)) {
	h, s := open(t)
	cookie, err := s.Login(t.Context(), "ada@example.com", secret)
	must(t, err)
	return h, func() (*http.Response, error) {
		body := fmt.Sprintf(`{"website":%q,"session":%q,"format":"json"}`, h.website.ID, chat.SessionID{4})
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL+"/agent/export", strings.NewReader(body))
		must(t, err)
		r.Header = http.Header{"Origin": {s.URL}, "Content-Type": {"application/json"}, "Cookie": {cookie}}
		return s.HTTP.Do(r)
	}
}

func TestFewExportsAreMadeAtOnce(t *testing.T) {
	h, ask := exporting(t)
	begun, end := make(chan Export), make(chan struct{})
	h.transport.config.Export = func(_ context.Context, e Export) (func(io.Writer) error, error) {
		begun <- e
		<-end
		return func(w io.Writer) error { _, err := io.WriteString(w, "everything"); return err }, nil
	}
	ended := make(chan string, maxExports)
	for range maxExports {
		go func() { // ends with its answer
			answer, err := ask()
			if err != nil {
				ended <- err.Error()
				return
			}
			body, _ := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			ended <- string(body)
		}()
		if e := <-begun; e.Website != h.website.ID || (e.Session != chat.SessionID{4}) || e.HTML || e.By.Role != chat.RoleAgent || (e.By.Agent != chat.AgentID{1}) {
			t.Errorf("asked for %+v", e)
		}
	}
	answer, err := ask()
	must(t, err)
	must(t, answer.Body.Close())
	if answer.StatusCode != http.StatusServiceUnavailable || answer.Header.Get("Retry-After") == "" {
		t.Errorf("one too many: status %d", answer.StatusCode)
	}
	close(end)
	for range maxExports {
		if body := <-ended; body != "everything" {
			t.Errorf("answered with %q", body)
		}
	}
	go func() { <-begun }()
	answer, err = ask()
	must(t, err)
	must(t, answer.Body.Close())
	if answer.StatusCode != http.StatusOK {
		t.Errorf("afterwards: status %d", answer.StatusCode)
	}
}

func TestHalfAnExportDoesNotLookLikeAWholeOne(t *testing.T) {
	h, ask := exporting(t)
	h.transport.config.Export = func(context.Context, Export) (func(io.Writer) error, error) {
		return func(w io.Writer) error {
			_, _ = io.WriteString(w, strings.Repeat("x", 1<<16))
			return errors.New("no more")
		}, nil
	}
	answer, err := ask()
	if err == nil {
		_, err = io.ReadAll(answer.Body)
		_ = answer.Body.Close()
	}
	if err == nil {
		t.Error("it ended as if it were whole")
	}
	h.transport.config.Export = func(context.Context, Export) (func(io.Writer) error, error) {
		return nil, &chat.Error{Code: chat.CodeTooLarge, Message: "words"}
	}
	answer, err = ask()
	must(t, err)
	must(t, answer.Body.Close())
	if answer.StatusCode != http.StatusUnprocessableEntity || answer.Header.Get("Content-Disposition") != "" {
		t.Errorf("refused with status %d", answer.StatusCode)
	}
}
