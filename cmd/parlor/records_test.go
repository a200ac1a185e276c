package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/internal/testprogram"
)

// subjectCase is a node with one conversation.
type subjectCase struct {
	t       *testing.T
	dir     string
	node    *testprogram.Process
	visitor *testclient.Visitor
	session string
	token   string
}

const subjectText = `My address is <script>alert("1")</script> 7 Elm Street`

func newSubject(t *testing.T, dir string) *subjectCase {
	t.Helper()
	s := &subjectCase{t: t, dir: dir, node: program.Demo(t, dir, "127.0.0.1:0")}
	v, err := s.node.Server().Visit(t.Context(), s.node.Ready.Website, testclient.Hello{"page": map[string]string{"url": "http://shop.example/cart", "title": "Cart"}},
		testclient.Header{Origin: s.node.Ready.URL})
	if err != nil {
		t.Fatal(err)
	}
	s.visitor, s.session, s.token = v, v.Welcome.Session, v.Welcome.Token
	return s
}

// says runs a command and demands what its output has to say.
func (s *subjectCase) says(want []string, args ...string) string {
	s.t.Helper()
	code, out, log := parlor(s.t, append(args, "--data", s.dir)...)
	if code != 0 {
		s.t.Fatalf("%v: exit code %d: %s", args, code, log)
	}
	for _, text := range want {
		if !strings.Contains(out+log, text) {
			s.t.Errorf("%v does not say %q:\n%s%s", args, text, out, log)
		}
	}
	return out
}

// fails runs a command that must not work.
func (s *subjectCase) fails(want string, args ...string) {
	s.t.Helper()
	if code, out, log := parlor(s.t, append(args, "--data", s.dir)...); code == 0 || !strings.Contains(log, want) {
		s.t.Errorf("%v: exit code %d, %s%s; want %q", args, code, out, log, want)
	}
}

// TestWhatIsHeldOnAVisitorIsHandedOutAndDeleted goes the way of a visitor who asks, beside a running node.
func TestWhatIsHeldOnAVisitorIsHandedOutAndDeleted(t *testing.T) {
	top := t.TempDir()
	s := newSubject(t, filepath.Join(top, "data"))
	because := []string{"--reason", "asked by letter", "--by", "Dana"}
	with := func(args ...string) []string { return append(args, because...) }

	s.says([]string{"in memory only", "one is open now", "P7"}, "policy", "explain", s.session)
	s.says([]string{`"where": "memory"`, "shop.example/cart"}, with("subject", "export", s.token)...)
	email := "Ann@Example.org"
	if _, err := s.visitor.Ask(map[string]any{"t": "user", "email": email}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.visitor.Say(subjectText); err != nil {
		t.Fatal(err)
	}

	s.says([]string{s.session}, "subject", "find", "ann@example.org")
	s.says([]string{"Nobody"}, "subject", "find", "bob@example.org")
	s.says([]string{"1 messages", "An agent of the website deletes it.", "identification record", "P10"}, "policy", "explain", s.session)
	s.says([]string{"127.0.0.1"}, with("identify", s.session)...)
	s.fails("--reason", "identify", s.session)
	s.fails("session_", with("identify", "somebody")...)
	s.fails("no such session", with("identify", "session_00000000-0000-4000-8000-000000000000")...)

	var document struct {
		Where    string
		Visitor  struct{ User struct{ Email string } }
		Messages []struct{ Content string }
		Audit    []struct{ Deed, By, Reason string }
	}
	if err := json.Unmarshal([]byte(s.says(nil, with("subject", "export", s.session)...)), &document); err != nil {
		t.Fatal(err)
	}
	if document.Where != "disk" || document.Visitor.User.Email != email || len(document.Messages) != 1 || document.Messages[0].Content != subjectText {
		t.Errorf("%+v", document)
	}
	if n := len(document.Audit); n != 2 || document.Audit[0].Deed != "identified" || document.Audit[0].By != "operator Dana" || document.Audit[1].Reason != "asked by letter" {
		t.Errorf("the audit log: %+v", document.Audit)
	}
	page := filepath.Join(top, "page.html")
	s.says(nil, with("subject", "export", s.session, "--html", "--out", page)...)
	html, err := os.ReadFile(page)
	if err != nil || strings.Contains(string(html), "<script") || !strings.Contains(string(html), "7 Elm Street") || !strings.Contains(string(html), email) {
		t.Errorf("the page: %v\n%s", err, html)
	}
	s.fails("exists", with("subject", "export", s.session, "--html", "--out", page)...)

	s.says([]string{"Deleted", "receipt show"}, with("subject", "erase", s.session)...)
	if f, err := s.visitor.Expect("deleted"); err != nil {
		t.Errorf("the visitor is not told: %s, %v", f.Raw, err)
	}
	s.fails("was deleted", with("subject", "export", s.session)...)
	s.says([]string{"marked as deleted", "by operator Dana", "identification record"}, "policy", "explain", s.session)
	s.says([]string{"127.0.0.1"}, with("identify", s.session)...)
	receipt := s.says([]string{`"deed":"erased"`, `"messages":1`, "not off the disk yet"}, "receipt", "show", s.session)
	file := filepath.Join(top, "receipt")
	if err := os.WriteFile(file, []byte(receipt), 0o600); err != nil {
		t.Fatal(err)
	}
	s.says([]string{"The receipt is good", "one chain"}, "receipt", "verify", file)
	if err := os.WriteFile(file, []byte(strings.Replace(receipt, `"messages":1`, `"messages":2`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	s.fails("was changed", "receipt", "verify", file)

	s.says(nil, with("subject", "erase", s.session, "--identifications")...)
	s.says([]string{"No identification record"}, with("identify", s.session)...)
	if receipt := s.says(nil, "receipt", "show", s.session); strings.Count(receipt, `"deed":"erased"`) != 1 || strings.Count(receipt, `"deed":"forgotten"`) != 1 {
		t.Errorf("the receipt, when the identification records were deleted as well:\n%s", receipt)
	}
	if all := s.says(nil, "audit"); strings.Contains(all, "127.0.0.1") || strings.Contains(all, email) || strings.Contains(all, "Elm") {
		t.Error("the audit log holds what it tells of")
	}
	for _, personal := range []string{"127.0.0.1:", email, "Elm Street", s.token} {
		if personal != "127.0.0.1:" && strings.Contains(s.node.Log(), personal) {
			t.Errorf("the node's log holds %q", personal)
		}
	}
}

// TestRestoreDeletesAgainWhatWasDeletedSince (G24) with the program: without a running node, too.
func TestRestoreDeletesAgainWhatWasDeletedSince(t *testing.T) {
	top := t.TempDir()
	old, backup := filepath.Join(top, "old"), filepath.Join(top, "backup")
	s := newSubject(t, old)
	if _, err := s.visitor.Say("delete this"); err != nil {
		t.Fatal(err)
	}
	s.says([]string{"conversations 1"}, "backup", backup)
	s.visitor.Close()
	s.node.Kill()
	s.says(nil, "subject", "erase", s.session, "--reason", "x")
	s.dir = filepath.Join(top, "new")
	s.fails("--audit", "restore", backup)
	s.fails("not restored", "restore", backup, "--audit", filepath.Join(top, "nowhere"))
	s.says([]string{"conversations 0, messages 0", "erased 1"}, "restore", backup, "--audit", old)
	s.fails("not restored", "restore", backup, "--audit", old)
	if out := s.says([]string{`"deed":"gone"`}, "receipt", "show", s.session); !regexp.MustCompile(`(?s)"erased".*"gone"`).MatchString(out) {
		t.Errorf("the receipt: %s", out)
	}
	s.dir = filepath.Join(top, "without")
	s.says([]string{"conversations 1, messages 1"}, "restore", backup, "--without-audit")
}

func TestPolicySimulatesADayThatIsToCome(t *testing.T) {
	s := newSubject(t, t.TempDir())
	if _, err := s.visitor.Say("hello"); err != nil {
		t.Fatal(err)
	}
	s.says(nil, "website", "set", s.node.Ready.Website, "--conversation-retention", "720h", "--identification", "none")
	deleted := regexp.MustCompile(`(?m)^` + s.node.Ready.Website + `\s.*\s1\s+1\s+0\s+2099-01-01$`)
	if out := s.says(nil, "policy", "simulate", "--at", "2099-01-01"); !deleted.MatchString(out) {
		t.Errorf("in 2099:\n%s", out)
	}
	kept := regexp.MustCompile(`(?m)\s1\s+0\s+0\s+2020-01-01$`)
	if out := s.says(nil, "policy", "simulate", "--at", "2020-01-01"); !kept.MatchString(out) {
		t.Errorf("in 2020:\n%s", out)
	}
	s.says([]string{"1 month after the last message", "keeps none"}, "policy", "show", s.node.Ready.Website)
	s.says([]string{"1 month after the last message"}, "policy", s.node.Ready.Website)
	s.fails("at least one day", "website", "set", s.node.Ready.Website, "--conversation-retention", "1h")
	s.fails("at least one year", "website", "set", s.node.Ready.Website, "--identification", "24h")
}

func TestNetworkCheckAndForgive(t *testing.T) {
	s := &subjectCase{t: t, dir: filepath.Join(t.TempDir(), "data")}
	beside := func() {
		s.says([]string{"203.0.113.7 is not refused; blocked conversations: 0 of 3 of the address, 0 of 10 of its /24."}, "network", "check", "203.0.113.7")
		s.says([]string{"2001:db8::1 is forgiven. Before, it was not refused; ", "0 of 10 of its /64, 0 of 30 of its /48."}, "network", "forgive", "2001:db8::1")
		s.says([]string{"127.0.0.1 is never refused"}, "network", "check", "127.0.0.1")
		s.fails("is no address", "network", "check", "shop.example")
	}
	beside() // without a node
	s.node = program.Demo(t, s.dir, "127.0.0.1:0")
	beside()
}
