package e2e

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/internal/chromium"
)

// screenshots is where the pictures of docs/images go. Without it they are made all the same, and thrown away: a page that cannot be
// pictured is broken.
var screenshots = flag.String("screenshots", "", "directory for the pictures of the documentation")

// maxPictureBytes keeps the repository light.
const maxPictureBytes = 200 << 10

var (
	desktop     = chromium.Look{Width: 1440, Height: 900}
	desktopDark = chromium.Look{Width: 1440, Height: 900, Dark: true}
	phone       = chromium.Look{Width: 390, Height: 844, Mobile: true}
)

// TestScreenshots makes the pictures of the documentation from the built program and a real browser: make screenshots.
func TestScreenshots(t *testing.T) {
	t.Run("inbox", inboxPictures)
	t.Run("demo", demoPictures)
}

// picture saves what a tab shows under a name.
func picture(t *testing.T, tab *chromium.Tab, look chromium.Look, name string) {
	t.Helper()
	dir := *screenshots
	if dir == "" {
		dir = t.TempDir()
	}
	tab.As(look)
	tab.Until(`document.fonts.status === 'loaded'`)
	// Two frames: one draws what the new size calls for, the next shows it.
	chromium.Eval[bool](tab, `new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))`)
	file := filepath.Join(dir, name)
	tab.Picture(file)
	if size := squeeze(t, file); size > maxPictureBytes {
		t.Errorf("%s has %d bytes, want at most %d", name, size, maxPictureBytes)
	}
}

// inboxPictures shows a shop's first run, and a busy morning in it.
func inboxPictures(t *testing.T) {
	s := newShop(t)
	tab := chromium.Start(t, chromium.Options{}).Tab()
	tab.As(desktop)
	tab.Go(s.node.Ready.URL + "/inbox/")
	tab.Until(`document.activeElement.name === 'email'`)
	tab.Keys(s.node.Ready.Agent.Email)
	tab.Do(evaluate(`document.querySelector('[name=password]').focus()`))
	tab.Keys(s.node.Ready.Agent.Password + "\r")
	tab.Until(`document.querySelector('.nothing .first-run')`)
	picture(t, tab, desktop, "inbox-firstrun.png")

	marie := s.morning()
	tab.As(desktop)
	tab.Until(`document.querySelectorAll('.row').length === ` + s.talks())
	tab.Do(evaluate(`document.querySelector('.row[href$="` + marie.Welcome.Session + `"]').click()`))
	tab.Until(`document.querySelector('.sync.live') && document.querySelector('.details .chip')`)
	tab.Do(evaluate(`document.querySelector('.composer .field').focus()`))
	tab.Keys("I put a voucher of 10 € into your account, for the trouble.\r")
	tab.Until(`document.querySelector('.row-group.me .mark-sent, .row-group.me .mark-delivered')`)
	must(t, marie.Send(`{"t":"read","seq":5}`))
	s.say(marie, line{false, "That is good news, and very kind. Thank you both!"})
	s.say(marie, line{false, "One more thing:"})
	must(t, marie.Send(map[string]any{"t": "typing", "on": true, "text": "could you put the name of my company on the rece"}))
	tab.Until(`document.querySelector('.typing-text')`)
	tab.Until(`!document.querySelector('.row[aria-current=true].unread')`)
	picture(t, tab, desktop, "inbox-light.png")
	picture(t, tab, desktopDark, "inbox-dark.png")
	picture(t, tab, phone, "inbox-phone.png")
	for _, fault := range tab.Console() {
		if !strings.Contains(fault, "401") { // the question who is logged in, before anybody was
			t.Errorf("the page wrote to its console: %s", fault)
		}
	}
}
