package persistence_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// chain makes a log of so many entries.
func chain(t testing.TB, n int) (lines [][]byte) {
	var tail persistence.AuditTail
	for i := range n {
		e := persistence.AuditEntry{Deed: persistence.DeedErased, Session: chat.SessionID{byte(i)}, By: "operator x", Reason: `says "so",` + "\n"}
		line, err := tail.Append(&e, time.UnixMilli(int64(i)))
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	return lines
}

func follow(lines [][]byte) error {
	var tail persistence.AuditTail
	for _, line := range lines {
		if _, err := tail.Follow(line); err != nil {
			return err
		}
	}
	return nil
}

// TestNoAuditEntryChangesWithoutATrace changes each byte, leaves out each entry, and lets two change places.
func TestNoAuditEntryChangesWithoutATrace(t *testing.T) {
	lines := chain(t, 4)
	if err := follow(lines); err != nil {
		t.Fatal(err)
	}
	for i, line := range lines {
		for at := range line[:len(line)-1] { // but the newline
			changed := bytes.Clone(line)
			changed[at] ^= 1
			broken := append(append([][]byte(nil), lines[:i]...), changed)
			if err := follow(append(broken, lines[i+1:]...)); !errors.Is(err, persistence.ErrAudit) {
				t.Fatalf("entry %d with another byte %d: %v", i+1, at, err)
			}
		}
		if i == len(lines)-1 {
			continue
		}
		without := append(append([][]byte(nil), lines[:i]...), lines[i+1:]...)
		swapped := append([][]byte(nil), lines...)
		swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
		for _, broken := range [][][]byte{without, swapped} {
			if err := follow(broken); !errors.Is(err, persistence.ErrAudit) {
				t.Errorf("around entry %d: %v", i+1, err)
			}
		}
	}
}

// FuzzAuditEntry: any line is an entry of which every byte counts, or ErrAudit.
func FuzzAuditEntry(f *testing.F) {
	f.Add(chain(f, 1)[0])
	f.Add([]byte(`{"n":1,"hash":"x"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if _, err := persistence.ParseAuditEntry(line); err != nil && !errors.Is(err, persistence.ErrAudit) {
			t.Error(err)
		}
	})
}
