package e2e

import (
	"testing"

	"github.com/parlor-chat/parlor/internal/chromium"
	"github.com/parlor-chat/parlor/internal/testprogram"
)

// demoPictures shows the demo page with a short conversation in its chat.
func demoPictures(t *testing.T) {
	dir := t.TempDir()
	node := program.Demo(t, dir, testprogram.FreePort(t))
	set := func(args ...string) {
		t.Helper()
		if code, _, log := program.Run(t, "", append(args, "--data", dir)...); code != 0 {
			t.Fatal(log)
		}
	}
	set("website", "set", node.Ready.Website, "--name", "Moss & Clay")
	set("agent", "set", node.Ready.Agent.Email, "--name", "Ada Osei")
	cookie, err := node.Server().Login(t.Context(), node.Ready.Agent.Email, node.Ready.Agent.Password)
	must(t, err)
	ada, err := node.Server().Work(t.Context(), cookie)
	must(t, err)

	tab := chromium.Start(t, chromium.Options{}).Tab()
	tab.As(desktop)
	v := visit(tab, node.Ready.URL+"/demo")
	v.Until(box + `.querySelector('.status.online')`)
	v.say("Good morning! Which plants live in a shop window to the north?")
	v.settled()
	talk := map[string]any{"website": node.Ready.Website, "session": v.session()}
	tell := func(frame map[string]any) {
		t.Helper()
		for name, value := range talk {
			frame[name] = value
		}
		must(t, ada.Send(frame))
	}
	answer := func(text string) {
		t.Helper()
		_, err := ada.Say(node.Ready.Website, v.session(), text)
		must(t, err)
	}
	answer("Good morning! Snake plants and pothos do well there, even in winter.")
	answer("How wide is it? Then I put a set together for you.")
	v.Until(box + `.querySelectorAll('.row.theirs .bubble').length === 3`) // the greeting is one
	v.say("About two meters. And I forget to water things 🌵")
	v.settled()
	tell(map[string]any{"t": "open"})
	tell(map[string]any{"t": "read", "seq": 4})
	v.Until(box + `.querySelector('.row.mine.read:last-child')`)
	for _, p := range []struct {
		look chromium.Look
		name string
	}{{desktop, "demo-light.png"}, {desktopDark, "demo-dark.png"}, {phone, "demo-phone.png"}} {
		tell(map[string]any{"t": "typing", "on": true}) // good for ten seconds
		v.Until(box + `.querySelector('.dots')`)
		picture(t, tab, p.look, p.name)
	}
	for _, fault := range tab.Console() {
		t.Errorf("the page wrote to its console: %s", fault)
	}
}
