package transport

import (
	"context"
	"errors"
	"net/http"
	"net/netip"

	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/protocol"
	"github.com/parlor-chat/parlor/transport/socket"
)

// visitor is a visitor's connection. Its fields belong to the reader.
type visitor struct {
	connection
	addr netip.AddrPort
	// from is nil after hello: an idle connection keeps little.
	from    *handshake
	site    *actors.Site
	website chat.WebsiteID
	session chat.SessionID
	client  userAgent
	// byServer says that the node can set the page's cookie: both are of one site, and the owner's domain covers the node.
	byServer bool
	// joined says that the session may know this connection.
	joined bool
	// refused is what the verdicts of a version say of the visitor's networks.
	refused bool
	version uint16
}

// handshake is what the upgrade request told and hello needs; the request itself is not kept.
type handshake struct {
	origin    origin
	hasOrigin bool
	// cookies are the request's; only the one of the website that hello names is looked at.
	cookies []*http.Cookie
}

// serveVisitor checks where the socket comes from before it is upgraded: another site's page must not even get a connection.
func (t *Transport) serveVisitor(w http.ResponseWriter, r *http.Request) {
	v, ok := t.shakeHands(r)
	if !ok {
		t.stats.Refused.Add(1)
		http.Error(w, "this origin is not on the website's list", http.StatusForbidden)
		return
	}
	if !t.admit(w, v.addr.Addr()) {
		return
	}
	t.stats.Visitors.Add(1)
	if err := t.visitors.Upgrade(w, r, v); err != nil {
		t.stats.Visitors.Add(-1)
		t.stats.Refused.Add(1)
		t.admission.leave(v.addr.Addr())
		return
	}
	t.stats.Accepted.Add(1)
}

// shakeHands reads the upgrade request. It is refused when a browser's page has an origin that no website lists, or when cookies come
// along without any origin, which no browser does.
func (t *Transport) shakeHands(r *http.Request) (*visitor, bool) {
	h := &handshake{cookies: r.Cookies()}
	v := &visitor{connection: connection{t: t}, addr: clientAddr(r, t.config.TrustedProxies), from: h, client: parseUserAgent(r.UserAgent())}
	text := r.Header.Get("Origin")
	if text == "" {
		return v, len(r.Header["Origin"]) == 0 && len(h.cookies) == 0
	}
	var ok bool
	if h.origin, ok = parseOrigin(text); !ok || len(r.Header["Origin"]) != 1 {
		return nil, false
	}
	h.hasOrigin = true
	id, err := chat.ParseWebsiteID(r.URL.Query().Get("website"))
	if err != nil {
		return nil, false
	}
	site, err := t.system.Site(r.Context(), id)
	if err != nil {
		// An unknown website is told after the upgrade, where the page's script can see the code.
		return v, errors.Is(err, persistence.ErrNotFound)
	}
	domain := site.Website().Cookie.Domain
	v.byServer = sameSite(h.origin, r, t.public.secure) && (domain == "" || covers(domain, hostOf(r.Host)))
	return v, t.admits(site, h)
}

// admits reports whether pages of the origin may embed the website's chatbox. The node's own pages may.
func (t *Transport) admits(site *actors.Site, h *handshake) bool {
	website := site.Website()
	return !h.hasOrigin || t.public.has(h.origin) || allows(website.Origins, h.origin)
}

// OnOpen implements socket.Handler.
func (v *visitor) OnOpen(c *socket.Conn) {
	v.sock = c
	v.id = v.t.system.Gateway().Add(v)
}

// OnClose implements socket.Handler.
func (v *visitor) OnClose(socket.Code, string) {
	if v.joined {
		v.t.system.Detach(v.website, v.session, v)
	}
	v.t.system.Gateway().Remove(v.id)
	v.t.admission.leave(v.addr.Addr())
	v.t.stats.Visitors.Add(-1)
}

// OnMessage implements socket.Handler.
func (v *visitor) OnMessage(data []byte) {
	f := v.decode(data, v.t.floodLimits())
	if f == nil {
		return
	}
	defer frames.Put(f)
	if !v.joined {
		v.first(f)
		return
	}
	switch f.T {
	case "hello":
		v.refuseCode(f, chat.CodeOutOfOrder, "hello was said already")
	case "ping":
		v.pong(f)
	case "history":
		v.history(f, actors.HistoryQuery{Website: v.website, Session: v.session})
	case "reset":
		v.reset(f)
	default:
		v.command(f)
	}
}

// floodLimits is how many frames a visitor may send before the connection ends: tenfold the rate of messages.
func (t *Transport) floodLimits() chat.Limits {
	l := t.system.Limits()
	return chat.Limits{PerSecond: l.PerSecond * floodFactor, Burst: l.Burst * floodFactor}
}

func (v *visitor) command(f *protocol.ClientFrame) {
	command, refusal, ok := f.Command()
	if !ok || onlyAgents(command) {
		v.offend(f)
		return
	}
	if refusal != nil {
		v.refuse(f, refusal)
		return
	}
	if handled := v.heldBack(f, command); handled {
		return
	}
	if !v.take() {
		v.busy(f)
		return
	}
	v.t.system.Command(actors.Command{
		Website: v.website, Session: v.session, From: chat.Participant{Role: chat.RoleVisitor},
		Command: command, Ref: f.Ref, Conn: v,
	})
}

// onlyAgents reports a command that is no visitor's business.
func onlyAgents(c chat.Command) bool {
	switch c.(type) {
	case chat.PostNote, chat.Assign, chat.SetState, chat.SetBlocked, chat.Erase:
		return true
	}
	return false
}

// first handles the first frame, which must be hello.
func (v *visitor) first(f *protocol.ClientFrame) {
	if f.T != "hello" {
		v.Close(protocol.CloseUnauthorized)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), helloTimeout)
	defer cancel()
	website, err := chat.ParseWebsiteID(f.Website)
	if err != nil {
		v.Close(protocol.CloseUnknownWebsite)
		return
	}
	site, err := v.t.system.Site(ctx, website)
	switch {
	case errors.Is(err, persistence.ErrNotFound):
		v.Close(protocol.CloseUnknownWebsite)
		return
	case err != nil:
		v.Close(protocol.CloseBusy)
		return
	case !v.t.admits(site, v.from):
		v.Close(protocol.CloseForbidden)
		return
	}
	v.site, v.website = site, website
	v.join(ctx, f, v.presented(f))
}
