package engine_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/engine"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

// TestWhatWasWithdrawnAfterABackupStaysWithdrawn (G24, P13): the backup has what the page told, the audit log says that the visitor withdrew consent
// since; when the restored node serves, it is gone.
func TestWhatWasWithdrawnAfterABackupStaysWithdrawn(t *testing.T) {
	top := t.TempDir()
	at := func(name string) string { return filepath.Join(top, name) }
	n, s := realNode(t, at("old"))
	website, secret := n.Demo().Website.String(), n.Demo().Password
	v, err := s.Visit(t.Context(), website, nil, testclient.Header{})
	if err != nil {
		t.Fatal(err)
	}
	must := func(f testclient.Frame, err error) {
		t.Helper()
		if err != nil || f.T == "error" {
			t.Fatalf("%s, %v", f.Raw, err)
		}
	}
	must(v.Say("hello"))
	must(v.Ask(map[string]any{"t": "data", "data": map[string]any{"key": "needle-data"}}))
	must(v.Ask(map[string]any{"t": "segments", "segments": []string{"needle-segment"}}))
	must(v.Ask(map[string]any{"t": "event", "name": "needle-event"}))
	if err := n.Operator().Backup(t.Context(), at("backup")); err != nil {
		t.Fatal(err)
	}
	must(v.Ask(map[string]any{"t": "consent", "tracking": false}))
	session, token := v.Welcome.Session, v.Welcome.Token
	v.Close()
	stop(t, n)

	look := func(dir string) (seen string, ended bool) {
		n, s := realNode(t, dir)
		defer stop(t, n)
		cookie, err := s.Login(t.Context(), n.Demo().Email, secret)
		if err != nil {
			t.Fatal(err)
		}
		a, err := s.Work(t.Context(), cookie)
		if err != nil {
			t.Fatal(err)
		}
		f, err := a.Open(website, session)
		if err != nil {
			t.Fatal(err)
		}
		history, err := a.Expect("history")
		if err != nil {
			t.Fatal(err)
		}
		back, err := s.Visit(t.Context(), website, testclient.Hello{"token": token}, testclient.Header{})
		if err != nil {
			t.Fatal(err)
		}
		return string(f.Raw) + string(history.Raw) + string(back.Welcome.Raw), back.Welcome.Consent != nil && back.Welcome.Consent.Tracking != nil
	}
	for _, c := range []struct {
		dir, audit string
		needles    int
		withdrawn  bool
	}{{"new", at("old"), 0, true}, {"without", "", 3, false}} {
		if _, err := engine.Restore(t.Context(), at(c.dir), at("backup"), c.audit, nil); err != nil {
			t.Fatal(err)
		}
		for range 2 { // and after the next start
			seen, withdrawn := look(at(c.dir))
			for _, needle := range []string{"needle-data", "needle-segment", "needle-event"} {
				if strings.Contains(seen, needle) != (c.needles > 0) {
					t.Errorf("%s: %s: %s", c.dir, needle, seen)
				}
			}
			if withdrawn != c.withdrawn || !strings.Contains(seen, "hello") {
				t.Errorf("%s: %s", c.dir, seen)
			}
		}
	}
	figure.Note(t, "G24 P13", "restored from a backup of before consent was withdrawn, with the audit log of after it: nothing that the page told is there when the node serves")
}

// TestAWithdrawalThatTheBackupIsTooOldFor: the website was added after the backup, and the node starts nevertheless.
func TestAWithdrawalThatTheBackupIsTooOldFor(t *testing.T) {
	top := t.TempDir()
	at := func(name string) string { return filepath.Join(top, name) }
	n, _ := realNode(t, at("old"))
	if err := n.Operator().Backup(t.Context(), at("backup")); err != nil {
		t.Fatal(err)
	}
	stop(t, n)
	store, err := pebblestore.Open(pebblestore.Options{Dir: at("old"), Logger: quietLog()})
	if err != nil {
		t.Fatal(err)
	}
	_, err = store.Record(t.Context(), persistence.AuditEntry{
		Deed: persistence.DeedWithdrawn, Website: chat.WebsiteID{9}, Session: chat.SessionID{9}, By: "visitor",
	})
	if err = errors.Join(err, store.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := engine.Restore(t.Context(), at("new"), at("backup"), at("old"), nil); err != nil {
		t.Fatal(err)
	}
	restored, _ := realNode(t, at("new"))
	stop(t, restored)
}
