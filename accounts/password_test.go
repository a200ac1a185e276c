package accounts

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence/memstore"
)

func TestAHashIsArgon2idAndSalted(t *testing.T) {
	h := newHasher()
	first, err := h.hash(t.Context(), password)
	must(t, err)
	second, err := h.hash(t.Context(), password)
	must(t, err)
	if !strings.HasPrefix(first, "$argon2id$v=19$m=19456,t=2,p=1$") || first == second {
		t.Errorf("%s and %s", first, second)
	}
	for secret, want := range map[string]bool{password: true, password + "x": false, "": false} {
		if got, err := h.matches(t.Context(), secret, first); err != nil || got != want {
			t.Errorf("%q matches: %v, %v", secret, got, err)
		}
		if got, err := h.matches(t.Context(), secret, ""); err != nil || got {
			t.Errorf("%q matches nobody: %v, %v", secret, got, err)
		}
	}
}

func TestAHashOfAnotherCostStaysGood(t *testing.T) {
	salt := []byte("0123456789abcdef")
	key := argon2.IDKey([]byte(password), salt, 1, 64, 2, 24)
	encoded := "$argon2id$v=19$m=64,t=1,p=2$" + rawStd.EncodeToString(salt) + "$" + rawStd.EncodeToString(key)
	if got, err := newHasher().matches(t.Context(), password, encoded); err != nil || !got {
		t.Errorf("%v, %v", got, err)
	}
	for name, damaged := range map[string]string{
		"another algorithm": strings.Replace(encoded, "argon2id", "argon2i", 1),
		"another version":   strings.Replace(encoded, "v=19", "v=16", 1),
		"no memory":         strings.Replace(encoded, "m=64,", "", 1),
		"no time":           strings.Replace(encoded, "t=1", "t=0", 1),
		"no threads":        strings.Replace(encoded, "p=2", "p=0", 1),
		"no hash":           encoded[:strings.LastIndexByte(encoded, '$')+1],
		"no base64":         encoded + "!",
		"plain":             password,
	} {
		_, err := newHasher().matches(t.Context(), password, damaged)
		if !errors.Is(err, errHash) || strings.Contains(err.Error(), "$") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCase49WhatIsNoPassword(t *testing.T) {
	long := strings.Repeat("é", maxPasswordChars)
	for name, c := range map[string]struct {
		secret string
		code   chat.Code
	}{
		"9 signs":                {"123456789", chat.CodeInvalid},
		"10 signs":               {"1234567890", ""},
		"10 signs as letters":    {strings.Repeat("e\u0301", 9), chat.CodeInvalid},
		"128 signs":              {long, ""},
		"128 signs, taken apart": {norm.NFD.String(long), ""},
		"129 signs":              {long + "x", chat.CodeInvalid},
		"a megabyte":             {strings.Repeat("x", 1<<20), chat.CodeInvalid},
		"a NUL":                  {"correct\x00horse battery", chat.CodeInvalid},
		"no UTF-8":               {"correct horse \xff", chat.CodeInvalid},
	} {
		a := New(memstore.New())
		must(t, a.PutAgent(t.Context(), ada))
		if err := a.SetPassword(t.Context(), ada.ID, c.secret); code(err) != c.code || (err != nil) != (c.code != "") {
			t.Errorf("%s: %v, want %q", name, err, c.code)
		}
	}
}

func TestCase49OnePasswordFromTwoKeyboards(t *testing.T) {
	composed, apart := "Zoé's größte Tür", norm.NFD.String("Zoé's größte Tür")
	if composed == apart {
		t.Fatal("the two are the same bytes")
	}
	for set, typed := range map[string]string{composed: apart, apart: composed} {
		a := New(memstore.New())
		must(t, a.PutAgent(t.Context(), ada))
		must(t, a.SetPassword(t.Context(), ada.ID, set))
		if _, _, err := a.Login(t.Context(), ada.Email, typed, office); err != nil {
			t.Errorf("set as %+q, typed as %+q: %v", set, typed, err)
		}
	}
}

func TestAGeneratedPasswordIsLongAndEasyToRead(t *testing.T) {
	form := regexp.MustCompile(`^([a-km-z2-9]{4}-){4}[a-km-z2-9]{4}$`)
	seen := make(map[string]bool)
	for range 1000 {
		p := NewPassword()
		if !form.MatchString(p) || seen[p] {
			t.Fatalf("generated %q", p)
		}
		seen[p] = true
	}
}
