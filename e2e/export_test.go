package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/internal/chromium"
)

// TestAnAgentDownloadsWhatIsHeldOnAVisitor uses the inbox with the keyboard, and reads what the browser saved.
func TestAnAgentDownloadsWhatIsHeldOnAVisitor(t *testing.T) {
	s := newShop(t)
	marie := s.play(busy)
	session := marie.Welcome.Session
	s.note(session, "A kind person.")
	tab := chromium.Start(t, chromium.Options{}).Tab()
	dir := t.TempDir()
	tab.Downloads(dir)
	tab.As(desktop)
	tab.Go(s.node.Ready.URL + "/inbox/")
	tab.Until(`document.activeElement.name === 'email'`)
	tab.Keys(s.node.Ready.Agent.Email)
	tab.Do(evaluate(`document.querySelector('[name=password]').focus()`))
	tab.Keys(s.node.Ready.Agent.Password + "\r")
	tab.Until(`document.querySelector('.row')`)
	tab.Do(evaluate(`document.querySelector('.row').click()`))
	tab.Until(`document.querySelector('.sync.live') && document.querySelector('.details .chip')`)

	const button = `[...document.querySelectorAll('.details-deeds .button')].find(b => b.textContent === 'Export…')`
	for _, format := range []string{"html", "json"} {
		tab.Do(evaluate(button + `.focus()`))
		tab.Keys("\r")
		tab.Until(`document.activeElement.value === 'html'`)
		if format == "json" {
			tab.Do(evaluate(`document.querySelector('dialog [value=json]').click()`))
		}
		tab.Keys("\r")
		tab.Until(`!document.querySelector('dialog')`)
		if !chromium.Eval[bool](tab, `document.activeElement === `+button) {
			t.Error("the focus is not where it was")
		}
		text := saved(t, filepath.Join(dir, session+"."+format))
		for _, want := range []string{busy.lines[0].text, busy.lines[1].text, "A kind person.", "marie@atelier-dupont.example", "127.0.0.1", "tracking opened"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not there", format, want)
			}
		}
	}

	page := chromium.Start(t, chromium.Options{}).Tab() // the page as who received it sees it
	page.As(phone)
	page.Go("file://" + filepath.Join(dir, session+".html"))
	if wide := chromium.Eval[int](page, `document.documentElement.scrollWidth`); wide > int(phone.Width) {
		t.Errorf("the page is %d pixels wide on a phone of %d", wide, phone.Width)
	}
	if chromium.Eval[string](page, `getComputedStyle(document.querySelector('dt')).color`) == "rgb(0, 0, 0)" || len(page.Console()) > 0 {
		t.Errorf("the page does not allow its own style: %s", page.Console())
	}
}

// saved waits for a file that the browser downloads, which appears under its name when it is whole.
func saved(t *testing.T, path string) string {
	t.Helper()
	for deadline := time.Now().Add(15 * time.Second); ; {
		data, err := os.ReadFile(path)
		if err == nil && len(data) > 0 {
			return string(data)
		}
		if time.Now().After(deadline) {
			t.Fatalf("it was not saved: %v", err)
		}
		<-time.After(30 * time.Millisecond)
	}
}
