package accounts

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode/utf8"

	"github.com/parlor-chat/parlor/chat"
)

// maxEmailBytes is the longest an address may be (RFC 5321).
const maxEmailBytes = 254

// PutAgent adds or changes an agent. Errors: every problem of the values at once; persistence.ErrTaken; a fault of the store.
func (a *Accounts) PutAgent(ctx context.Context, agent chat.Agent) error {
	if err := validate(agent); err != nil {
		return err
	}
	if err := a.directory.PutAgent(ctx, agent); err != nil {
		return err
	}
	a.changed(agent.ID)
	return nil
}

func validate(agent chat.Agent) error {
	var problems []error
	if agent.ID.IsZero() {
		problems = append(problems, errors.New("agent: an id is needed"))
	}
	if strings.TrimSpace(agent.Name) == "" || len(agent.Name) > chat.MaxNameBytes || !utf8.ValidString(agent.Name) {
		problems = append(problems, fmt.Errorf("name: use 1 to %d bytes of text", chat.MaxNameBytes))
	}
	parsed, err := mail.ParseAddress(agent.Email)
	if err != nil || parsed.Address != agent.Email || len(agent.Email) > maxEmailBytes {
		problems = append(problems, errors.New("email: use an address such as ada@example.com"))
	}
	return errors.Join(problems...)
}

// SetPassword gives an agent a new password and ends all their logins. Errors: a *chat.Error with CodeInvalid when the password is too
// short, too long or no text; persistence.ErrNotFound for an unknown agent; a fault of the store.
func (a *Accounts) SetPassword(ctx context.Context, agent chat.AgentID, password string) error {
	secret, err := normalize(password)
	if err != nil {
		return err
	}
	if utf8.RuneCountInString(secret) < minPasswordChars {
		return errShort
	}
	if _, err := a.directory.Agent(ctx, agent); err != nil {
		return err
	}
	encoded, err := a.hasher.hash(ctx, secret)
	if err != nil {
		return err
	}
	if err := a.directory.PutPassword(ctx, agent, encoded); err != nil {
		return err
	}
	if err := a.directory.DeleteLogins(ctx, agent); err != nil {
		return err
	}
	a.changed(agent)
	return nil
}

func (a *Accounts) changed(agent chat.AgentID) {
	a.mu.Lock()
	listeners := a.onAgent
	a.mu.Unlock()
	for _, f := range listeners {
		f(agent)
	}
}
