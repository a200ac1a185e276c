package target

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/parlor-chat/parlor/bench/client"
)

// Remote is a running Parlor. Nothing is started, and what needs the process is not measured.
func Remote(address, website string, agent Agent, kind client.Kind) (System, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "" {
		return System{}, fmt.Errorf("address %q: use the node's public URL, such as https://chat.example.com", address)
	}
	if website == "" || agent.Email == "" || agent.Password == "" {
		return System{}, errors.New("a running Parlor is measured as visitors of a website and as an agent of it: give --website, --email and --password")
	}
	origin := u.Scheme + "://" + u.Host
	return System{Name: "parlor", Start: func(ctx context.Context) (Target, error) {
		p := &Parlor{kind: kind, at: origin, sockets: strings.Replace(origin, "http", "ws", 1), website: website, login: login{agent: agent}}
		return p, p.logIn(ctx)
	}}, nil
}
