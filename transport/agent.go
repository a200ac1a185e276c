package transport

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
	"github.com/parlor-chat/parlor/transport/socket"
)

const (
	// maxOpened is how many conversations one connection may have open: more than anybody can look at, few enough to hold.
	maxOpened = 5000
	// defaultInboxPage and maxInboxPage bound a page of the inbox.
	defaultInboxPage = 50
	maxInboxPage     = 200
)

// agent is an agent's connection. Its fields belong to the reader, but for those of connection.
type agent struct {
	connection
	addr   netip.Addr
	token  string
	login  string
	who    chat.Agent
	opened map[chat.SessionID]chat.WebsiteID
}

// serveAgent upgrades only what comes from the node's own pages: an agent's cookie must be of no use to others.
func (t *Transport) serveAgent(w http.ResponseWriter, r *http.Request) {
	origins := r.Header["Origin"]
	o, ok := parseOrigin(r.Header.Get("Origin"))
	if len(origins) != 1 || !ok || !t.public.has(o) {
		t.stats.Refused.Add(1)
		http.Error(w, "agents connect from this node's own pages only", http.StatusForbidden)
		return
	}
	addr := clientAddr(r, t.config.TrustedProxies).Addr()
	if !t.admit(w, addr) {
		return
	}
	a := &agent{connection: connection{t: t}, addr: addr, opened: make(map[chat.SessionID]chat.WebsiteID)}
	if cookie, err := r.Cookie(loginCookie); err == nil {
		a.token = cookie.Value
	}
	t.stats.Agents.Add(1)
	if err := t.agents.Upgrade(w, r, a); err != nil {
		t.stats.Agents.Add(-1)
		t.stats.Refused.Add(1)
		t.admission.leave(addr)
		return
	}
	t.stats.Accepted.Add(1)
}

// OnOpen implements socket.Handler.
func (a *agent) OnOpen(c *socket.Conn) {
	a.sock = c
	a.id = a.t.system.Gateway().Add(a)
}

// OnClose implements socket.Handler.
func (a *agent) OnClose(socket.Code, string) {
	if a.login != "" {
		a.t.removeLogin(a)
		a.t.system.AgentOffline(a.who, a)
	}
	for session, website := range a.opened {
		a.t.system.Detach(website, session, a)
	}
	a.t.system.Gateway().Remove(a.id)
	a.t.admission.leave(a.addr)
	a.t.stats.Agents.Add(-1)
}

// OnMessage implements socket.Handler.
func (a *agent) OnMessage(data []byte) {
	f := a.decode(data, chat.Limits{}) // agents may be quick: nobody else pays for it, their commands are bounded
	if f == nil {
		return
	}
	defer frames.Put(f)
	switch {
	case a.login == "" && f.T != "hello":
		a.Close(protocol.CloseUnauthorized)
	case a.login == "":
		a.hello(f)
	case f.T == "hello":
		a.refuseCode(f, chat.CodeOutOfOrder, "hello was said already")
	case f.T == "ping":
		a.pong(f)
	default:
		a.onWebsite(f)
	}
}

// hello authenticates by the login cookie that came with the upgrade. It is told here and not at the upgrade, since a page's script sees a
// close code but no HTTP status.
func (a *agent) hello(f *protocol.ClientFrame) {
	ctx, cancel := context.WithTimeout(context.Background(), helloTimeout)
	defer cancel()
	token := a.token
	a.token = ""
	who, login, err := a.t.config.Accounts.Verify(ctx, token)
	if err != nil {
		a.Close(closeForLogin(err))
		return
	}
	a.who, a.login = who, login
	a.t.addLogin(a)
	// From here on an end of the login closes the connection, and so does a change of the agent. One that came before is seen now.
	now, _, err := a.t.config.Accounts.Verify(ctx, token)
	switch {
	case err != nil:
		a.Close(closeForLogin(err))
		return
	case !slices.Equal(now.Websites, who.Websites):
		a.Close(protocol.CloseResync)
		return
	}
	welcome := protocol.AgentWelcome{
		Ref:   f.Ref,
		Agent: protocol.AgentInfo{ID: who.ID, Name: who.Name, Email: who.Email, Avatar: who.Avatar},
		Limits: protocol.LimitsInfo{
			TextChars: chat.MaxTextChars, FrameBytes: a.t.config.Agent.MessageBytes, Pending: a.t.config.Pending,
		},
	}
	for _, id := range who.Websites {
		if site, err := a.t.system.Site(ctx, id); err == nil {
			w := site.Website()
			welcome.Websites = append(welcome.Websites, protocol.WebsiteInfo{ID: w.ID, Name: w.Name, Color: w.Color})
		}
	}
	a.Send(protocol.Encode(welcome))
	a.t.system.AgentOnline(who, a)
}

// onWebsite handles the frames that concern a website. One that the agent was not given does not exist for them (G22).
func (a *agent) onWebsite(f *protocol.ClientFrame) {
	website, err := chat.ParseWebsiteID(f.Website)
	if err != nil || !a.who.Serves(website) {
		a.refuseCode(f, chat.CodeUnknownWebsite, "there is no such website")
		return
	}
	switch f.T {
	case "subscribe":
		a.subscribe(f, website, true)
	case "inbox":
		a.subscribe(f, website, false)
	case "unsubscribe":
		a.t.system.Unsubscribe(website, a)
		a.done(f)
	case "visitors":
		if !a.take() {
			a.busy(f)
			return
		}
		a.t.system.WatchVisitors(actors.WatchVisitors{Website: website, Ref: f.Ref, Live: f.Watch, Conn: a})
	default:
		a.onSession(f, website)
	}
}

func (a *agent) done(f *protocol.ClientFrame) {
	if f.Ref != 0 {
		a.Send(protocol.EncodeDone(f.Ref))
	}
}

func (a *agent) subscribe(f *protocol.ClientFrame, website chat.WebsiteID, live bool) {
	filter, ok := protocol.ParseFilter(f.Filter)
	if !ok || f.Limit < 0 || f.Limit > maxInboxPage {
		a.refuseCode(f, chat.CodeInvalid, "filter: open, resolved or all; limit: at most 200")
		return
	}
	if !a.take() {
		a.busy(f)
		return
	}
	query := actors.InboxQuery{Filter: actors.Filter(filter), Cursor: f.Cursor, Limit: f.Limit}
	if query.Limit == 0 {
		query.Limit = defaultInboxPage
	}
	a.t.system.Subscribe(actors.Subscribe{Website: website, Ref: f.Ref, Query: query, Live: live, Conn: a})
}

// onSession handles the frames that concern a session.
func (a *agent) onSession(f *protocol.ClientFrame, website chat.WebsiteID) {
	session, err := chat.ParseSessionID(f.Session)
	if err != nil {
		if _, _, known := f.Command(); known || f.T == "open" || f.T == "close" || f.T == "history" {
			a.refuseCode(f, chat.CodeUnknownSession, "there is no such session")
		} else {
			a.offend(f)
		}
		return
	}
	switch f.T {
	case "open":
		a.open(f, website, session)
	case "close":
		delete(a.opened, session)
		a.t.system.Detach(website, session, a)
		a.done(f)
	case "history":
		a.history(f, actors.HistoryQuery{Website: website, Session: session, Notes: true})
	default:
		a.command(f, website, session)
	}
}

func (a *agent) open(f *protocol.ClientFrame, website chat.WebsiteID, session chat.SessionID) {
	if len(a.opened) >= maxOpened || !a.take() {
		a.busy(f)
		return
	}
	a.opened[session] = website
	a.t.system.Open(actors.Open{
		Website: website, Session: session, Agent: a.participant(), Ref: f.Ref, Resume: f.Resume, Conn: a,
	})
}

func (a *agent) participant() chat.Participant { return participant(a.who) }

func participant(a chat.Agent) chat.Participant {
	return chat.Participant{Role: chat.RoleAgent, Agent: a.ID, Name: a.Name, Avatar: a.Avatar}
}

func (a *agent) command(f *protocol.ClientFrame, website chat.WebsiteID, session chat.SessionID) {
	command, refusal, ok := f.Command()
	if !ok || onlyVisitors(command) {
		a.offend(f)
		return
	}
	if refusal == nil {
		refusal = a.mayAssign(website, command)
	}
	if refusal != nil {
		a.refuse(f, refusal)
		return
	}
	if !a.take() {
		a.busy(f)
		return
	}
	a.t.system.Command(actors.Command{
		Website: website, Session: session, From: a.participant(), Command: command, Ref: f.Ref, Conn: a,
	})
}

// mayAssign checks that a conversation goes to somebody who can answer it.
func (a *agent) mayAssign(website chat.WebsiteID, c chat.Command) *chat.Error {
	assign, ok := c.(chat.Assign)
	if !ok || assign.Agent.IsZero() {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	return a.t.system.MayAnswer(ctx, website, assign.Agent)
}

// onlyVisitors reports a command that is no agent's business.
func onlyVisitors(c chat.Command) bool {
	switch c.(type) {
	case chat.VisitPage, chat.FireTrigger, chat.SetUser, chat.SetSegments, chat.SetData, chat.PushEvent:
		return true
	}
	return false
}
