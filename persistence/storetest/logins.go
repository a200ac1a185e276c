package storetest

import (
	"testing"

	"github.com/parlor-chat/parlor/persistence"
)

func loginTests() []test {
	return []test{
		{"passwords are kept and replaced", loginPasswords},
		{"logins are kept until deleted", loginKept},
		{"all logins of one agent end together", loginAll},
		{"deployment key is made once", loginKey},
	}
}

func tokenHash(n byte) [32]byte { return [32]byte{0: 5, 31: n} }

func loginOf(agent uint32) persistence.Login {
	return persistence.Login{Agent: agentID(agent), CreatedAt: at(1), ExpiresAt: at(2)}
}

func loginPasswords(t *testing.T, s persistence.Store) {
	_, err := s.Password(t.Context(), agentID(1))
	fails(t, "password", err, persistence.ErrNotFound)
	for _, hash := range []string{"$argon2id$one", "$argon2id$two"} {
		ok(t, "put", s.PutPassword(t.Context(), agentID(1), hash))
		got, err := s.Password(t.Context(), agentID(1))
		ok(t, "password", err)
		same(t, "password", got, hash)
	}
	_, err = s.Password(t.Context(), agentID(2))
	fails(t, "password", err, persistence.ErrNotFound)
}

func loginKept(t *testing.T, s persistence.Store) {
	_, err := s.Login(t.Context(), tokenHash(1))
	fails(t, "login", err, persistence.ErrNotFound)
	ok(t, "put", s.PutLogin(t.Context(), tokenHash(1), loginOf(1)))
	ok(t, "put", s.PutLogin(t.Context(), tokenHash(2), loginOf(2)))
	got, err := s.Login(t.Context(), tokenHash(1))
	ok(t, "login", err)
	same(t, "login", got, loginOf(1))
	renewed := loginOf(1)
	renewed.ExpiresAt = at(3)
	ok(t, "renew", s.PutLogin(t.Context(), tokenHash(1), renewed))
	got, err = s.Login(t.Context(), tokenHash(1))
	ok(t, "login", err)
	same(t, "login", got, renewed)
	for range 2 {
		ok(t, "delete", s.DeleteLogin(t.Context(), tokenHash(1)))
		_, err = s.Login(t.Context(), tokenHash(1))
		fails(t, "login", err, persistence.ErrNotFound)
	}
	_, err = s.Login(t.Context(), tokenHash(2))
	ok(t, "the other login", err)
}

func loginAll(t *testing.T, s persistence.Store) {
	ok(t, "no logins yet", s.DeleteLogins(t.Context(), agentID(1)))
	for n := range byte(6) {
		ok(t, "put", s.PutLogin(t.Context(), tokenHash(n), loginOf(uint32(n%2))))
	}
	ok(t, "delete", s.DeleteLogins(t.Context(), agentID(1)))
	for n := range byte(6) {
		_, err := s.Login(t.Context(), tokenHash(n))
		if n%2 == 1 {
			fails(t, "ended login", err, persistence.ErrNotFound)
		} else {
			ok(t, "login of another agent", err)
		}
	}
}

func loginKey(t *testing.T, s persistence.Store) {
	key, err := s.DeploymentKey(t.Context())
	ok(t, "key", err)
	if key == [32]byte{} {
		t.Fatal("the key is zero")
	}
	again, err := s.DeploymentKey(t.Context())
	ok(t, "key", err)
	same(t, "key", again, key)
}
