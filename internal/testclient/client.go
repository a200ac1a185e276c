package testclient

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// patience is how long a client waits for what must come.
const patience = 10 * time.Second

// Server is where clients connect to.
type Server struct {
	// URL is the node's public URL.
	URL string
	// HTTP dials it.
	HTTP *http.Client
}

// Client is one connection. It is used by one goroutine at a time.
type Client struct {
	conn   *websocket.Conn
	frames chan Frame
	ended  chan struct{}
	code   websocket.StatusCode
	reason string
	refs   int64
}

// Header is what the upgrade carries.
type Header struct{ Origin, Cookie, UserAgent, Query string }

// Dial connects to a path of the node.
func (s Server) Dial(ctx context.Context, path string, h Header) (*Client, *http.Response, error) {
	header := make(http.Header)
	for name, value := range map[string]string{"Origin": h.Origin, "Cookie": h.Cookie, "User-Agent": h.UserAgent} {
		if value != "" {
			header.Set(name, value)
		}
	}
	conn, response, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(s.URL, "http")+path+h.Query, &websocket.DialOptions{
		HTTPClient: s.HTTP, HTTPHeader: header, Subprotocols: []string{"parlor.v1"},
	})
	if err != nil {
		return nil, response, err
	}
	conn.SetReadLimit(8 << 20)
	c := &Client{conn: conn, frames: make(chan Frame, 4096), ended: make(chan struct{})}
	go c.read()
	return c, response, nil
}

// read ends when the connection does; Close makes it end.
func (c *Client) read() {
	defer close(c.ended)
	for {
		_, data, err := c.conn.Read(context.Background())
		if err != nil {
			c.code = websocket.CloseStatus(err)
			if c.code == -1 {
				c.code = websocket.StatusAbnormalClosure
			}
			c.reason = err.Error()
			_ = c.conn.CloseNow()
			return
		}
		var f Frame
		if err := json.Unmarshal(data, &f); err != nil {
			f.T, f.Message = "unreadable", err.Error()
		}
		f.Raw = data
		c.frames <- f
	}
}

// Send sends a frame, given as JSON text or as a value.
func (c *Client) Send(frame any) error {
	text, ok := frame.(string)
	if !ok {
		data, err := json.Marshal(frame)
		if err != nil {
			return err
		}
		text = string(data)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return c.conn.Write(ctx, websocket.MessageText, []byte(text))
}

// Next returns the next frame. An error: none came in time, or the connection ended.
func (c *Client) Next() (Frame, error) {
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case f := <-c.frames:
		return f, nil
	default:
	}
	select {
	case f := <-c.frames:
		return f, nil
	case <-c.ended:
		select {
		case f := <-c.frames:
			return f, nil
		default:
			return Frame{}, fmt.Errorf("the connection ended with %d", c.code)
		}
	case <-t.C:
		return Frame{}, fmt.Errorf("no frame within %v", patience)
	}
}

// Await returns the next frame that matches, dropping those before it.
func (c *Client) Await(what string, match func(Frame) bool) (Frame, error) {
	var seen []string
	for {
		f, err := c.Next()
		if err != nil {
			return f, fmt.Errorf("await %s: %w (saw %v)", what, err, seen)
		}
		if match(f) {
			return f, nil
		}
		seen = append(seen, f.T)
	}
}

// Expect returns the next frame of a type.
func (c *Client) Expect(t string) (Frame, error) {
	return c.Await(t, func(f Frame) bool { return f.T == t })
}

// Ask sends a frame with a ref and returns its answer.
func (c *Client) Ask(frame map[string]any) (Frame, error) {
	c.refs++
	ref := c.refs
	frame["ref"] = ref
	if err := c.Send(frame); err != nil {
		return Frame{}, err
	}
	return c.Await(fmt.Sprint("the answer to ", frame["t"]), func(f Frame) bool { return f.Ref == ref })
}

// Ended waits for the end of the connection and returns its close code.
func (c *Client) Ended() (code int, err error) {
	t := time.NewTimer(2 * patience)
	defer t.Stop()
	select {
	case <-c.ended:
		return int(c.code), nil
	case <-t.C:
		return 0, fmt.Errorf("the connection is still open after %v", 2*patience)
	}
}

// Done is closed when the connection has ended; what came before may still be pending.
func (c *Client) Done() <-chan struct{} { return c.ended }

// Pending returns the frames that have come and were not looked at.
func (c *Client) Pending() []Frame {
	var list []Frame
	for {
		select {
		case f := <-c.frames:
			list = append(list, f)
		default:
			return list
		}
	}
}

// Close ends the connection politely and waits; Cut ends it without a word.
func (c *Client) Close() {
	_ = c.conn.Close(websocket.StatusNormalClosure, "") // it may have ended already
	<-c.ended
}

// Cut ends the connection as a lost network does.
func (c *Client) Cut() {
	_ = c.conn.CloseNow() // it may have ended already
	<-c.ended
}

// NewID makes a client message id.
func NewID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return hex.EncodeToString(b[:])
}
