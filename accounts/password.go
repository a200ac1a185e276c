package accounts

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/parlor-chat/parlor/chat"
)

// Bounds of a password: long enough to be worth hashing, short enough that hashing it is no attack.
const (
	minPasswordChars = 10
	maxPasswordChars = 128
	maxPasswordBytes = 4 * maxPasswordChars
)

var (
	errShort    = &chat.Error{Code: chat.CodeInvalid, Message: "password: at least 10 characters"}
	errPassword = &chat.Error{Code: chat.CodeInvalid, Message: "password: text of at most 128 characters"}
)

// normalize brings a password into the one form in which it is hashed (NFC), whatever keyboard it came from.
func normalize(password string) (string, error) {
	if len(password) > maxPasswordBytes || !utf8.ValidString(password) || strings.ContainsRune(password, 0) {
		return "", errPassword
	}
	password = norm.NFC.String(password)
	if utf8.RuneCountInString(password) > maxPasswordChars {
		return "", errPassword
	}
	return password, nil
}

// Cost of a hash: OWASP's first choice for argon2id, about 20 ms and 19 MiB.
const (
	hashTime    = 2
	hashMemory  = 19 << 10 // KiB
	hashThreads = 1
	hashBytes   = 32
	saltBytes   = 16
)

// maxHashes computed at once: login traffic may not take the machine's memory or both of its processors from the chat.
const maxHashes = 2

// hasher computes and compares hashes, few at once.
type hasher struct {
	slots chan struct{}
	// nobody is compared with when there is no hash, so that this takes as long.
	nobody string
}

func newHasher() *hasher {
	return &hasher{slots: make(chan struct{}, maxHashes), nobody: encode(make([]byte, saltBytes), make([]byte, hashBytes))}
}

func (h *hasher) enter(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (h *hasher) leave() { <-h.slots }

// hash returns the encoded hash of a password, in the usual form $argon2id$….
func (h *hasher) hash(ctx context.Context, secret string) (string, error) {
	if err := h.enter(ctx); err != nil {
		return "", err
	}
	defer h.leave()
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails: crypto/rand ends the process instead
	return encode(salt, argon2.IDKey([]byte(secret), salt, hashTime, hashMemory, hashThreads, hashBytes)), nil
}

// matches compares a password with an encoded hash; the empty one matches nothing.
func (h *hasher) matches(ctx context.Context, secret, encoded string) (bool, error) {
	exists := encoded != ""
	if !exists {
		encoded = h.nobody
	}
	p, err := parse(encoded)
	if err != nil {
		return false, err
	}
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	computed := argon2.IDKey([]byte(secret), p.salt, p.time, p.memory, p.threads, uint32(len(p.hash)))
	return subtle.ConstantTimeCompare(computed, p.hash) == 1 && exists, nil
}

var rawStd = base64.RawStdEncoding.Strict()

func encode(salt, hash []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, hashMemory, hashTime, hashThreads,
		rawStd.EncodeToString(salt), rawStd.EncodeToString(hash))
}

// parsed is an encoded hash. Its cost is its own: hashes made before the cost was raised stay good.
type parsed struct {
	time, memory uint32
	threads      uint8
	salt, hash   []byte
}

var errHash = errors.New("accounts: a stored password hash cannot be read; set the password anew with: parlor agent password")

func parse(encoded string) (parsed, error) {
	var p parsed
	fields := strings.Split(encoded, "$")
	if len(fields) != 6 || fields[1] != "argon2id" || fields[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, errHash
	}
	if _, err := fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &p.memory, &p.time, &p.threads); err != nil {
		return p, errHash
	}
	var errs [2]error
	p.salt, errs[0] = rawStd.DecodeString(fields[4])
	p.hash, errs[1] = rawStd.DecodeString(fields[5])
	if errs[0] != nil || errs[1] != nil || len(p.hash) == 0 || p.time == 0 || p.threads == 0 {
		return p, errHash
	}
	return p, nil
}

// A generated password is five groups of four signs without those that look alike: 100 bits.
const (
	passwordAlphabet = "abcdefghijkmnopqrstuvwxyz2345679"
	passwordGroups   = 5
	passwordGroup    = 4
)

// NewPassword makes a random password that can be read aloud and typed.
func NewPassword() string {
	var random [passwordGroups * passwordGroup]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the process instead
	var b strings.Builder
	for i, r := range random {
		if i > 0 && i%passwordGroup == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(passwordAlphabet[int(r)%len(passwordAlphabet)])
	}
	return b.String()
}
