package main

import (
	"flag"
	"fmt"
	"testing"
	"time"

	seeding "github.com/parlor-chat/parlor/bench/seed"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
)

var storedMessages = flag.Int("stored", 20_000, "how many messages the store holds that a killed program starts with")

// TestKilledWithAFullStore kills a program that stores much while a visitor writes, and times until it serves again (G9): from the start of the
// process until an agent has the oldest conversation and the newest.
func TestKilledWithAFullStore(t *testing.T) {
	dir := t.TempDir()
	p := program.Demo(t, dir, "127.0.0.1:0")
	email, password, website := p.Ready.Agent.Email, p.Ready.Agent.Password, p.Ready.Website
	p.Kill()
	id, err := chat.ParseWebsiteID(website)
	if err != nil {
		t.Fatal(err)
	}
	if err := seeding.Fill(t.Context(), dir, id, *storedMessages); err != nil {
		t.Fatal(err)
	}
	p = program.Demo(t, dir, "127.0.0.1:0")
	v, err := p.Server().Visit(t.Context(), website, nil, testclient.Header{})
	if err != nil {
		t.Fatal(err)
	}
	const said = 50
	for i := range said {
		if _, err := v.SayAs(testclient.NewID(), fmt.Sprint("before the kill ", i)); err != nil && testclient.CodeOf(err) != "rate_limited" {
			t.Fatal(err)
		}
	}
	p.Kill()
	began := time.Now()
	p = program.Demo(t, dir, "127.0.0.1:0")
	ready := time.Since(began)
	cookie, err := p.Server().Login(t.Context(), email, password)
	if err != nil {
		t.Fatal(err)
	}
	a, err := p.Server().Work(t.Context(), cookie)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for session, want := range map[string]int{seeding.Session(0).String(): seeding.LengthOf(0, *storedMessages), v.Welcome.Session: 1} {
		f, err := a.Open(website, session)
		if err != nil || f.T != "opened" || f.Seq < uint64(want) {
			t.Errorf("%s: %s, %v", session, f.Raw, err)
		}
		if f, err = a.Expect("history"); err != nil || len(f.Messages) == 0 {
			t.Errorf("%s: %d messages, %v", session, len(f.Messages), err)
		}
	}
	served := time.Since(began)
	if served > 5*time.Second {
		t.Errorf("serves after %v with %d messages", served, *storedMessages)
	}
	figure.Note(t, "G9", "killed with %d messages stored: ready after %v, and after %v an agent has logged in and opened the oldest conversation and the newest",
		*storedMessages, ready.Round(time.Millisecond), served.Round(time.Millisecond))
}
