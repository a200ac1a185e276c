package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/netip"
	"sync"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// LoginLife is how long a login lasts. An agent who works every day logs in once a month.
const LoginLife = 30 * 24 * time.Hour

// clockSlack is by how much the clock may have been ahead when a login began. One that began later than that would last for longer than it should, so it
// has ended (G20).
const clockSlack = 24 * time.Hour

// tokenBytes is the length of a login's token: not to be guessed.
const tokenBytes = 32

// Accounts answers who somebody is. Its methods may be called from many goroutines at once.
type Accounts struct {
	directory persistence.Directory
	hasher    *hasher
	throttle  *throttle

	mu      sync.Mutex
	onLogin []func(login string)
	onAgent []func(chat.AgentID)
}

// New makes accounts that live in a directory.
func New(directory persistence.Directory) *Accounts {
	return &Accounts{directory: directory, hasher: newHasher(), throttle: newThrottle()}
}

// OnEnd calls f with the id of every login that ends by a logout.
func (a *Accounts) OnEnd(f func(login string)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.onLogin = append(a.onLogin, f)
}

// OnChange calls f with every agent whose websites, name or password changed: what was checked at a connection's start is to be checked again.
func (a *Accounts) OnChange(f func(chat.AgentID)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.onAgent = append(a.onAgent, f)
}

// Login checks a password and begins a login. addr is the client's address, for throttling only; it is kept in memory, as a keyed hash.
// Errors: a *chat.Error with CodeUnauthorized (the same for an unknown address and a wrong password), CodeRateLimited or CodeInvalid;
// else a fault of the store.
func (a *Accounts) Login(ctx context.Context, email, password string, addr netip.Addr) (token string, agent chat.Agent, err error) {
	secret, err := normalize(password)
	if err != nil {
		return "", chat.Agent{}, err
	}
	if len(email) > maxEmailBytes {
		return "", chat.Agent{}, errWrong
	}
	try, err := a.throttle.begin(email, addr, time.Now())
	if err != nil {
		return "", chat.Agent{}, err
	}
	agent, encoded, err := a.check(ctx, email, secret)
	if err != nil {
		if !errors.Is(err, errWrong) {
			try.forget() // it was no guess: the store or the caller gave up
		}
		return "", chat.Agent{}, err
	}
	try.forget()
	token, err = a.begin(ctx, agent.ID, encoded)
	if err != nil {
		return "", chat.Agent{}, err
	}
	return token, agent, nil
}

var errWrong = &chat.Error{Code: chat.CodeUnauthorized, Message: "the e-mail address or the password is wrong"}

// check compares the password, and returns the hash that it matches. For an unknown address it compares with nothing, which takes as long.
func (a *Accounts) check(ctx context.Context, email, secret string) (agent chat.Agent, encoded string, err error) {
	agent, err = a.directory.AgentByEmail(ctx, email)
	if err == nil {
		encoded, err = a.directory.Password(ctx, agent.ID)
	}
	if err != nil && !errors.Is(err, persistence.ErrNotFound) {
		return agent, "", err
	}
	matches, err := a.hasher.matches(ctx, secret, encoded)
	if err == nil && !matches {
		err = errWrong
	}
	return agent, encoded, err
}

// begin writes a login, unless the password that it was given for is not the agent's any more: SetPassword writes the new one before it
// ends the logins, so a login that it did not see is found here.
func (a *Accounts) begin(ctx context.Context, agent chat.AgentID, encoded string) (string, error) {
	var secret [tokenBytes]byte
	_, _ = rand.Read(secret[:]) // never fails: crypto/rand ends the process instead
	now := time.Now()
	login := persistence.Login{Agent: agent, CreatedAt: now, ExpiresAt: now.Add(LoginLife)}
	key := sha256.Sum256(secret[:])
	if err := a.directory.PutLogin(ctx, key, login); err != nil {
		return "", err
	}
	current, err := a.directory.Password(ctx, agent)
	if err == nil && current != encoded {
		err = errWrong
	}
	if err != nil {
		return "", errors.Join(err, a.directory.DeleteLogin(ctx, key))
	}
	return base64.RawURLEncoding.EncodeToString(secret[:]), nil
}

// Verify says whose login a token is, and the login's id, by which OnEnd names it. Errors: a *chat.Error with CodeUnauthorized, or a fault
// of the store.
func (a *Accounts) Verify(ctx context.Context, token string) (agent chat.Agent, login string, err error) {
	key, ok := tokenKey(token)
	if !ok {
		return agent, "", errNoLogin
	}
	l, err := a.directory.Login(ctx, key)
	if left := time.Until(l.ExpiresAt); err == nil && (left <= 0 || left > LoginLife+clockSlack) {
		if err = a.directory.DeleteLogin(ctx, key); err == nil {
			err = persistence.ErrNotFound
		}
	}
	if err == nil {
		agent, err = a.directory.Agent(ctx, l.Agent)
	}
	if errors.Is(err, persistence.ErrNotFound) {
		err = errNoLogin
	}
	return agent, hex.EncodeToString(key[:]), err
}

var errNoLogin = &chat.Error{Code: chat.CodeUnauthorized, Message: "not logged in"}

// Logout ends a login; a token that is none is no error.
func (a *Accounts) Logout(ctx context.Context, token string) error {
	key, ok := tokenKey(token)
	if !ok {
		return nil
	}
	if err := a.directory.DeleteLogin(ctx, key); err != nil {
		return err
	}
	a.mu.Lock()
	listeners := a.onLogin
	a.mu.Unlock()
	for _, f := range listeners {
		f(hex.EncodeToString(key[:]))
	}
	return nil
}

// tokenKey is under what a token is kept.
func tokenKey(token string) ([32]byte, bool) {
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenBytes) {
		return [32]byte{}, false
	}
	secret, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return [32]byte{}, false
	}
	return sha256.Sum256(secret), true
}
