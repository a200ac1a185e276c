package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
)

// listen opens the port of a setting, or takes the listener that was given instead. Errors name the setting.
func (n *Node) listen(given net.Listener, address, setting string) (net.Listener, error) {
	if given != nil {
		return given, nil
	}
	// No TCP keep-alive: WebSockets are pinged and requests have time limits, and it costs five system calls for each connection.
	config := net.ListenConfig{KeepAlive: -1}
	l, err := config.Listen(context.Background(), "tcp", address)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("%s: another program listens on %s: stop it, or choose another address (%s)", setting, address, ways(setting))
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("%s: not allowed to listen on %s: ports under 1024 need a privilege; choose another address (%s)",
			setting, address, ways(setting))
	default:
		return nil, fmt.Errorf("%s: cannot listen on %s (%s): %w", setting, address, ways(setting), err)
	}
}

func (n *Node) listenAdmin() (net.Listener, error) {
	if n.options.AdminListener == nil && n.config.Admin.Listen == "" {
		return nil, nil
	}
	return n.listen(n.options.AdminListener, n.config.Admin.Listen, "admin.listen")
}

// ways lists the ways to change a setting.
func ways(setting string) string {
	flag := map[string]string{"http.listen": "--listen", "admin.listen": "--admin-listen", "store.dir": "--data"}[setting]
	return fmt.Sprintf("%s in the file, %s, or %s", setting, flag, EnvName(setting))
}

// EnvName is the environment variable of a setting: PARLOR_HTTP_LISTEN for http.listen.
func EnvName(setting string) string {
	return "PARLOR_" + strings.ToUpper(strings.ReplaceAll(setting, ".", "_"))
}

// publicURLs are those that are configured, or those under which the address that is listened on can be reached.
func (n *Node) publicURLs(addr net.Addr) []string {
	if len(n.config.HTTP.PublicURLs) > 0 {
		return n.config.HTTP.PublicURLs
	}
	ap, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return []string{"http://localhost"}
	}
	port := fmt.Sprint(ap.Port())
	var urls []string
	if ip := ap.Addr().Unmap(); ip.IsLoopback() || ip.IsUnspecified() {
		urls = append(urls, "http://localhost:"+port, "http://127.0.0.1:"+port, "http://[::1]:"+port)
	} else {
		urls = append(urls, "http://"+net.JoinHostPort(ip.String(), port))
	}
	if host, _, err := net.SplitHostPort(n.config.HTTP.Listen); err == nil && host != "" {
		if _, err := netip.ParseAddr(host); err != nil && host != "localhost" {
			urls = append(urls, "http://"+net.JoinHostPort(strings.ToLower(host), port))
		}
	}
	return urls
}
