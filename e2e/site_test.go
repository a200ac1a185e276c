package e2e

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/internal/chromium"
	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/internal/testprogram"
)

// program is the built parlor.
var program testprogram.Program

func TestMain(m *testing.M) { os.Exit(testprogram.Main(m, &program)) }

// site is a website on www.site.test and shop.site.test that embeds the chatbox of a node, and an agent who answers.
type site struct {
	t       *testing.T
	node    *testprogram.Process
	dir     string
	listen  string
	args    []string
	port    string
	agent   *testclient.Agent
	website string
	cookie  string
}

// Where the chatbox comes from: a host of the same site, where the server sets the cookie, or another site, where the script does.
const (
	sameSite  = "chat.site.test"
	otherSite = "localhost"
)

// newSite starts a node and a website whose pages embed the chatbox from a host.
func newSite(t *testing.T, chatHost string) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir(), listen: testprogram.FreePort(t)}
	_, nodePort, err := net.SplitHostPort(s.listen)
	must(t, err)
	s.args = []string{"--public-url", "http://localhost:" + nodePort, "--public-url", "http://chat.site.test:" + nodePort}
	s.node = program.Demo(t, s.dir, s.listen, s.args...)
	s.website = s.node.Ready.Website

	pages, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	_, s.port, err = net.SplitHostPort(pages.Addr().String())
	must(t, err)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="en"><title>%s</title><h1>%[1]s</h1><a id="next" href="/next">next</a>
<script>window.$crisp=[];window.CRISP_WEBSITE_ID=%q</script><script src="http://%s:%s/l.js" async></script></html>`,
			strings.Trim(r.URL.Path, "/"), s.website, chatHost, nodePort)
	})}
	go func() { _ = server.Serve(pages) }() // Close ends it
	t.Cleanup(func() { _ = server.Close() })

	settings := []string{"website", "set", s.website, "--data", s.dir, "--greeting", ""} // the log holds what people wrote, and no more
	for _, host := range []string{"www", "shop"} {
		settings = append(settings, "--origin", "http://"+host+".site.test:"+s.port)
	}
	if code, _, log := program.Run(t, "", settings...); code != 0 {
		t.Fatal(log)
	}
	s.cookie, err = s.node.Server().Login(t.Context(), s.node.Ready.Agent.Email, s.node.Ready.Agent.Password)
	must(t, err)
	s.work()
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// work brings the agent to the inbox.
func (s *site) work() {
	s.t.Helper()
	a, err := s.node.Server().Work(s.t.Context(), s.cookie)
	must(s.t, err)
	_, err = a.Ask(map[string]any{"t": "subscribe", "website": s.website, "filter": "all"})
	must(s.t, err)
	s.agent = a
}

// url is a page of the site.
func (s *site) url(host, path string) string {
	return "http://" + host + ".site.test:" + s.port + "/" + path
}

// up starts the node again.
func (s *site) up() {
	s.t.Helper()
	s.node = program.Demo(s.t, s.dir, s.listen, s.args...)
	s.work()
}

// conversation waits until the inbox shows a conversation whose last words are these.
func (s *site) conversation(last string) testclient.Summary {
	s.t.Helper()
	f, err := s.agent.Await("the conversation in the inbox", func(f testclient.Frame) bool {
		return f.T == "conversation" && f.Conversation.Last != nil && f.Conversation.Last.Text == last
	})
	must(s.t, err)
	return *f.Conversation
}

func (s *site) answer(session, text string) {
	s.t.Helper()
	_, err := s.agent.Say(s.website, session, text)
	must(s.t, err)
}

// browse starts a browser that finds the site.
func browse(t *testing.T, profile string) *chromium.Browser {
	t.Helper()
	return chromium.Start(t, chromium.Options{Profile: profile, Hosts: []string{"*.site.test"}})
}

// visitor is a tab with the chatbox in it.
type visitor struct{ *chromium.Tab }

// box is the inside of the chatbox, in JavaScript; bubbles are the texts of its log.
const (
	box     = `document.querySelector('parlor-chatbox').shadowRoot`
	bubbles = `[...` + box + `.querySelectorAll('.log .bubble:not(.dots)')].map(b => b.textContent)`
)

// visit loads a page of the site, and opens the chat.
func visit(tab *chromium.Tab, url string) visitor {
	tab.Go(url)
	v := visitor{tab}
	v.open()
	return v
}

func (v visitor) open() {
	v.Until(`window.$crisp.is && window.$crisp.get('session:identifier')`)
	v.Do(evaluate(`window.$crisp.push(['do', 'chat:open'])`))
	v.Until(`window.$crisp.is('chat:opened')`)
}

// say writes into the composer and sends with Enter.
func (v visitor) say(text string) {
	v.Until(box + `.querySelector('textarea')`)
	v.Do(evaluate(box + `.querySelector('textarea').focus()`))
	v.Keys(text)
	v.Keys("\r")
}

// sees waits until the log is exactly this.
func (v visitor) sees(texts ...string) {
	v.Until(fmt.Sprintf(`JSON.stringify(%s) === %q`, bubbles, quoted(texts)))
}

// settled waits until the server has everything.
func (v visitor) settled() {
	v.Until(box + `.querySelectorAll('.row.mine.sending, .row.mine.queued').length === 0`)
}

// quoted is a list as JSON text.
func quoted(texts []string) string {
	parts := make([]string, len(texts))
	for i, text := range texts {
		parts[i] = fmt.Sprintf("%q", text)
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func (v visitor) session() string {
	return chromium.Eval[string](v.Tab, `window.$crisp.get('session:identifier')`)
}
