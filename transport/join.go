package transport

import (
	"context"
	"errors"
	"net/http"

	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
)

// presented is the credential that a visitor brought, and what to do with it.
type presented struct {
	credential
	// known: there is one. create: its session may be made. fresh: it was made just now. tell: the client is to be told the token.
	known, create, fresh, tell bool
	// tokenID derives the credential again when its session was erased.
	tokenID    string
	generation byte
}

// maxGenerations bounds how often a session that the page identifies can be erased and begun anew.
const maxGenerations = 255

// presented finds the credential: what the page identifies its visitor by, else the token that the script read, else the cookie.
func (v *visitor) presented(f *protocol.ClientFrame) presented {
	if f.TokenID != "" {
		c := derivedCredential(v.t.config.DeploymentKey, v.website, f.TokenID, 0)
		return presented{credential: c, known: true, create: true, tell: true, tokenID: f.TokenID}
	}
	if c, ok := parseCredential(f.Token); ok {
		return presented{credential: c, known: true}
	}
	name := cookieName(v.t.config.CookiePrefix, v.website)
	for _, cookie := range v.cookies() {
		if cookie.Name == name {
			if c, ok := parseCredential(cookie.Value); ok {
				return presented{credential: c, known: true}
			}
		}
	}
	return presented{}
}

// cookies are what a page's browser sent along, on the first hello of the connection.
func (v *visitor) cookies() []*http.Cookie {
	if v.from == nil || !v.from.hasOrigin {
		return nil
	}
	return v.from.cookies
}

// join attaches the connection to the session of the credential, or to a fresh one: a value that the server does not know is never adopted.
func (v *visitor) join(ctx context.Context, f *protocol.ClientFrame, p presented) {
	v.from = nil
	if p.known {
		err := v.attach(ctx, f, p)
		for errors.Is(err, actors.ErrUnknownSession) && p.tokenID != "" && p.generation < maxGenerations {
			p.generation++
			p.credential = derivedCredential(v.t.config.DeploymentKey, v.website, p.tokenID, p.generation)
			err = v.attach(ctx, f, p)
		}
		if !errors.Is(err, actors.ErrUnknownSession) {
			v.joinFailed(err)
			return
		}
	}
	v.joinFailed(v.attach(ctx, f, presented{credential: newCredential(), create: true, fresh: true, tell: true}))
}

func (v *visitor) attach(ctx context.Context, f *protocol.ClientFrame, p presented) error {
	v.session, v.joined = p.session, true
	a := actors.Attach{
		Website: v.website, Session: p.session, SecretHash: p.hash(), Create: p.create, Fresh: p.fresh,
		Access: v.access(f), Resume: f.Resume, Welcome: v.welcome(f), Conn: v,
	}
	if p.tell {
		a.Welcome.Token = p.token()
	}
	if p.create {
		a.Admit = v.admitSession
	}
	err := v.t.system.Attach(ctx, a)
	if errors.Is(err, actors.ErrUnknownSession) {
		v.joined = false
	}
	return err
}

// joinFailed ends a connection that found no session.
func (v *visitor) joinFailed(err error) {
	if err == nil {
		return
	}
	var refusal *chat.Error
	if errors.As(err, &refusal) {
		v.Close(protocol.CloseFor(refusal.Code))
		return
	}
	v.Close(protocol.CloseBusy)
}

// access is what the visitor brought along.
func (v *visitor) access(f *protocol.ClientFrame) chat.Access {
	a := chat.Access{Addr: v.addr, Locale: f.Locale, Timezone: f.Timezone, Browser: v.client.browserName(), System: v.client.systemName()}
	if f.Page != nil {
		a.Page = *f.Page
	}
	return a.Clean()
}

// welcome is the transport's part of the answer.
func (v *visitor) welcome(f *protocol.ClientFrame) protocol.VisitorWelcome {
	w := v.site.Website()
	by := "script"
	if v.byServer {
		by = "server"
	}
	return protocol.VisitorWelcome{
		Ref:     f.Ref,
		Website: protocol.WebsiteInfo{ID: w.ID, Name: w.Name, Color: w.Color, Greeting: w.Greeting},
		Cookie: &protocol.CookieInfo{
			Name: cookieName(v.t.config.CookiePrefix, w.ID), Mode: w.Cookie.Mode,
			MaxAge: int64(w.Cookie.MaxAge.Seconds()), Domain: w.Cookie.Domain, By: by,
		},
		Preview: w.TypingPreview,
		Limits:  protocol.LimitsInfo{TextChars: chat.MaxTextChars, FrameBytes: v.t.config.Visitor.MessageBytes, Pending: v.t.config.Pending},
	}
}

// reset unbinds the connection from its session and joins it to a fresh one. It waits for the first: whoever uses the page next must not get
// what is still on its way from the session before.
func (v *visitor) reset(f *protocol.ClientFrame) {
	ctx, cancel := context.WithTimeout(context.Background(), helloTimeout)
	defer cancel()
	if err := v.t.system.Leave(ctx, v.website, v.session, v); err != nil {
		v.Close(protocol.CloseBusy)
		return
	}
	v.joined = false
	f.Resume = nil
	v.join(ctx, f, presented{})
}
