package actors

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/memstore"
	"github.com/parlor-chat/parlor/protocol"
)

// room is a system in virtual time on a store that can be made to fail, with two websites of one owner each.
type room struct {
	t       *testing.T
	store   *troubled
	sys     *System
	shop    chat.Website
	foreign chat.Website
}

// inRoom runs a test in a bubble with a running system.
func inRoom(t *testing.T, test func(t *testing.T, r *room)) {
	synctest.Test(t, func(t *testing.T) {
		r := &room{t: t, store: &troubled{Store: memstore.New()}}
		r.shop = r.put(chat.Website{ID: chat.NewWebsiteID(randomID()), Name: "Shop", Triggers: []chat.Trigger{{Name: "help", Message: "Need a hand?"}}})
		r.foreign = r.put(chat.Website{ID: chat.NewWebsiteID(randomID()), Name: "Foreign", Triggers: []chat.Trigger{{Name: "spy", Message: "Psst"}}})
		r.sys = r.start()
		test(t, r)
		r.must(r.sys.Stop(context.Background()))
		time.Sleep(time.Minute) // timers of libraries end by themselves
	})
}

func (r *room) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) put(w chat.Website) chat.Website {
	r.t.Helper()
	r.must(r.store.PutWebsite(r.t.Context(), w))
	return w
}

func (r *room) start() *System {
	r.t.Helper()
	s, err := Start(r.t.Context(), Config{
		Store: r.store, Lifetime: chat.DefaultLifetime(), Limits: chat.Limits{}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	r.must(err)
	return s
}

// visitor is a tab: a connection with the session that it names.
type visitor struct {
	*conn
	r       *room
	session chat.SessionID
}

// secretHash is the same for all: whose secret it is, is not the subject here.
var secretHash = [32]byte{1}

// tab joins a new connection to a session; the zero id makes a fresh one.
func (r *room) tab(id chat.SessionID) *visitor {
	r.t.Helper()
	create := id.IsZero()
	if create {
		id = chat.NewSessionID(randomID())
	}
	v := &visitor{new(conn), r, id}
	r.must(r.attach(v, create))
	return v
}

func (r *room) attach(v *visitor, create bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return r.sys.Attach(ctx, Attach{
		Website: r.shop.ID, Session: v.session, SecretHash: secretHash, Create: create, Conn: v.conn,
		Access: chat.Access{Page: chat.Page{URL: "https://shop.example/"}},
	})
}

func (v *visitor) leave() {
	v.r.sys.Detach(v.r.shop.ID, v.session, v.conn)
	synctest.Wait()
}

// send gives a command without waiting.
func (v *visitor) send(ref int64, c chat.Command) {
	v.r.sys.Command(Command{
		Website: v.r.shop.ID, Session: v.session, From: chat.Participant{Role: chat.RoleVisitor}, Command: c, Ref: ref, Conn: v.conn,
	})
}

// post says something under an id and waits until everything that follows has happened.
func (v *visitor) post(id chat.MessageID, text string) { v.send(0, message(id, text)); synctest.Wait() }

// say posts under a fresh id, and it must be accepted.
func (v *visitor) say(text string) {
	v.r.t.Helper()
	id := chat.MessageID(randomID())
	v.post(id, text)
	if v.acks(id) != 1 {
		v.r.t.Fatalf("%q was not acknowledged: %s", text, v.types())
	}
}

func message(id chat.MessageID, text string) chat.PostMessage {
	return chat.PostMessage{ID: id, Content: chat.Content{Type: chat.TypeText, Text: text}}
}

// ada is the agent of the shop, eve that of the foreign website.
var (
	ada = chat.Participant{Role: chat.RoleAgent, Agent: chat.AgentID{1}, Name: "Ada"}
	eve = chat.Participant{Role: chat.RoleAgent, Agent: chat.AgentID{2}, Name: "Eve"}
)

// as gives an agent's command at a website and waits.
func (r *room) as(who chat.Participant, website chat.WebsiteID, session chat.SessionID, c chat.Command) *conn {
	k := new(conn)
	r.sys.Command(Command{Website: website, Session: session, From: who, Command: c, Ref: 1, Conn: k})
	synctest.Wait()
	return k
}

// look opens a session as an agent of the shop.
func (r *room) look(session chat.SessionID) *conn {
	k := new(conn)
	r.sys.Open(Open{Website: r.shop.ID, Session: session, Agent: ada, Ref: 1, Conn: k})
	synctest.Wait()
	return k
}

// inbox subscribes to a website's inbox.
func (r *room) inbox(website chat.WebsiteID) *conn {
	k := new(conn)
	r.sys.Subscribe(Subscribe{Website: website, Ref: 1, Live: true, Conn: k, Query: InboxQuery{Filter: persistence.FilterAll}})
	synctest.Wait()
	return k
}

// log is what the store holds of a session, as texts.
func (r *room) log(session chat.SessionID) []string {
	r.t.Helper()
	entries, _, err := r.store.Messages(context.Background(), r.shop.ID, session, persistence.Page{})
	r.must(err)
	var texts []string
	for i, e := range entries {
		if e.Seq != uint64(i)+1 {
			r.t.Errorf("number %d at place %d", e.Seq, i+1)
		}
		texts = append(texts, parse(r.t, e.Frame).text())
	}
	return texts
}

// inMemory counts the session actors.
func (r *room) inMemory() int64 { synctest.Wait(); return r.sys.stats.Sessions.Load() }

// conn is a client's connection that keeps what it is sent.
type conn struct {
	mu      sync.Mutex
	frames  [][]byte
	code    protocol.CloseCode
	handled int
}

func (c *conn) Send(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frames = append(c.frames, frame)
}

func (c *conn) SendNow(frame []byte) { c.Send(frame) }

func (c *conn) Close(code protocol.CloseCode) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.code = code
}

func (c *conn) Handled() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handled++
}

// frame is what tests look at of a server's frame.
type frame struct {
	T, ID, Code  string
	Resume       string
	Fired        bool
	Ref          int64
	Seq          uint64
	Content      json.RawMessage
	Conversation struct {
		Session string
		Online  bool
	}
	Triggers []struct{ Name string }
	Visitors json.RawMessage
	Gone     []string
	Count    int
}

func (f frame) text() string {
	var text string
	_ = json.Unmarshal(f.Content, &text) // contents that are no text have none
	return text
}

func parse(t *testing.T, data []byte) (f frame) {
	if err := json.Unmarshal(data, &f); err != nil {
		t.Errorf("a frame is no JSON: %v", err)
	}
	return f
}

func (c *conn) all() []frame {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := make([]frame, len(c.frames))
	for i, data := range c.frames {
		_ = json.Unmarshal(data, &list[i]) // what is no frame has no type, and is not found
	}
	return list
}

// of lists the frames of a type.
func (c *conn) of(t string) []frame {
	return slices.DeleteFunc(c.all(), func(f frame) bool { return f.T != t })
}

func (c *conn) types() (types []string) {
	for _, f := range c.all() {
		types = append(types, f.T+f.Code)
	}
	return types
}

// acks counts the acknowledgments of an id.
func (c *conn) acks(id chat.MessageID) (n int) {
	for _, f := range c.of("ack") {
		if f.ID == id.String() {
			n++
		}
	}
	return n
}

// refusals lists the codes of the errors.
func (c *conn) refusals() (codes []string) {
	for _, f := range c.of("error") {
		codes = append(codes, f.Code)
	}
	return codes
}

func (c *conn) texts() (texts []string) {
	for _, f := range c.of("message") {
		texts = append(texts, f.text())
	}
	return texts
}

func (c *conn) closed() protocol.CloseCode {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.code
}

func (c *conn) wantRefused(t *testing.T, codes ...string) {
	t.Helper()
	if got := c.refusals(); !slices.Equal(got, codes) {
		t.Errorf("refused with %q, want %q", got, codes)
	}
}

// wantInOrder checks that the answers of a type are to the first n questions, in their order.
func (c *conn) wantInOrder(t *testing.T, of string, n int64) {
	answers := c.of(of)
	if int64(len(answers)) != n {
		t.Errorf("%d answers to %d questions", len(answers), n)
	}
	for i, a := range answers {
		if a.Ref != int64(i)+1 {
			t.Errorf("answer %d is to question %d", i+1, a.Ref)
			return
		}
	}
}

// troubled is a store that can be made to fail. What stands around a call is replaced while the system rests.
type troubled struct {
	persistence.Store
	around atomic.Pointer[trouble]
	scrubs atomic.Int64
}

// trouble stands around the store's calls; nil leaves one alone.
type trouble struct {
	commit func(ctx context.Context, c *persistence.Commit) (persistence.Committed, error)
	load   func(ctx context.Context) error
	notes  func() error
	erase  func(ctx context.Context, session chat.SessionID) error
}

func (s *troubled) set(x trouble) { s.around.Store(&x) }
func (s *troubled) heal()         { s.around.Store(nil) }

func (s *troubled) Commit(ctx context.Context, c *persistence.Commit) (persistence.Committed, error) {
	if x := s.around.Load(); x != nil && x.commit != nil {
		return x.commit(ctx, c)
	}
	return s.Store.Commit(ctx, c)
}

func (s *troubled) Load(ctx context.Context, w chat.WebsiteID, id chat.SessionID) (*persistence.Record, error) {
	if x := s.around.Load(); x != nil && x.load != nil {
		if err := x.load(ctx); err != nil {
			return nil, err
		}
	}
	return s.Store.Load(ctx, w, id)
}

func (s *troubled) Notes(ctx context.Context, w chat.WebsiteID, id chat.SessionID, p persistence.NotePage) ([]persistence.Entry, error) {
	if x := s.around.Load(); x != nil && x.notes != nil {
		if err := x.notes(); err != nil {
			return nil, err
		}
	}
	return s.Store.Notes(ctx, w, id, p)
}

func (s *troubled) Erase(ctx context.Context, e persistence.Erasure) error {
	if x := s.around.Load(); x != nil && x.erase != nil {
		return x.erase(ctx, e.Session)
	}
	return s.Store.Erase(ctx, e)
}

func (s *troubled) Scrub(ctx context.Context) error {
	s.scrubs.Add(1)
	return s.Store.Scrub(ctx)
}
