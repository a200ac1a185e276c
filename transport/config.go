package transport

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/parlor-chat/parlor/accounts"
	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/networks"
	"github.com/parlor-chat/parlor/transport/socket"
)

// Config is what a transport needs.
type Config struct {
	System   *actors.System
	Accounts *accounts.Accounts
	// PublicURLs are the scheme://host[:port] under which browsers reach the node.
	PublicURLs []string
	// TrustedProxies may name the client's address in X-Forwarded-For.
	TrustedProxies []netip.Prefix
	CookiePrefix   string
	// DeploymentKey derives the sessions of visitors that the page identifies (token_id).
	DeploymentKey [32]byte
	Visitor       socket.Limits
	Agent         socket.Limits
	Pending       int
	Sockets       SocketLimits
	// Messages and Sessions hold the visitors' messages and new sessions of each address and network (P11).
	Messages, Sessions *networks.Rates
	// Verdicts say from which networks no messages are taken.
	Verdicts *networks.Verdicts
	// Assets is the built browser code: l.js, inbox/, demo/.
	Assets fs.FS
	// DemoWebsite is embedded by /demo; zero: there is no demo page.
	DemoWebsite chat.WebsiteID
	// Policy serves the policy page of a website (P15).
	Policy http.Handler
	// Export gathers everything that is held on one visitor, records that it is handed out, and returns what writes it. Errors: a *chat.Error for
	// the agent; any other is "unavailable".
	Export func(ctx context.Context, e Export) (write func(w io.Writer) error, err error)
	Logger *slog.Logger
}

// Export is an agent's wish for everything that is held on one visitor. That the agent serves the website has been checked.
type Export struct {
	Website chat.WebsiteID
	Session chat.SessionID
	By      chat.Participant
	// HTML is a page to read, else it is JSON.
	HTML bool
}

// SocketLimits bound how many sockets are open at once: in total and per address, the address of IPv6 being its /64 (P11).
type SocketLimits struct {
	Total, PerAddress, Per24, Per48 int
}

// helloTimeout bounds how long the actors may take to answer a hello.
const helloTimeout = 10 * time.Second
