package load

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/parlor-chat/parlor/bench/client"
	"github.com/parlor-chat/parlor/bench/target"
)

// desk is an agent's connection with several conversations, which comes back when it is lost.
type desk struct {
	regular
	// logs are the agent's sides of the conversations by the visitor's number; sessions says whose is whose.
	logs     map[uint32]*side
	sessions map[string]uint32
	// conn is where the conversations are being opened; only who joins and who reads use it, one after the other.
	conn client.Conn
}

// newDesk is agent number i's, for the conversations of every visitor whose turn it is.
func newDesk(r *storm, i int, id run) *desk {
	d := &desk{regular: regular{storm: r}, logs: make(map[uint32]*side), sessions: make(map[string]uint32)}
	for n := i; n < r.Talking; n += r.Agents {
		session := r.guests[n].session
		head := fmt.Sprintf(`{"t":"message","website":%q,"session":%q,"id":"`, r.parlor.Website(), session)
		d.logs[uint32(n)] = &side{draft: draftOf(head, uint32(n), id, strings.Repeat("y", r.TextBytes))}
		d.sessions[session] = uint32(n)
	}
	return d
}

// join connects and opens all conversations at once; their answers are read later, between what they hold.
func (d *desk) join(ctx context.Context) (client.Conn, error) {
	conn, err := d.storm.parlor.Agent(ctx, 0, nil)
	if err != nil {
		return nil, err
	}
	d.conn = conn
	for session, n := range d.sessions {
		var from *target.Resume
		if epoch, seq := d.logs[n].position(); epoch != "" {
			from = &target.Resume{Epoch: epoch, Seq: seq}
		}
		if err := d.storm.parlor.AskToOpen(conn, session, from); err != nil {
			_ = conn.Close()
			return nil, err
		}
	}
	return conn, nil
}

func (d *desk) left() {
	for _, log := range d.logs {
		log.disconnect()
	}
}

var openedHead = []byte(`{"t":"opened"`)

func (d *desk) got(data []byte, f frame) {
	if bytes.HasPrefix(data, openedHead) {
		d.opened(data)
		return
	}
	log := d.logs[f.visitor]
	if f.kind == other || log == nil {
		return
	}
	if kind, err := log.take(f, f.kind == ack || !bytes.Contains(data, fromVisitor)); err != nil {
		d.storm.faults.add(kind, fmt.Errorf("at the agent: %w", err))
	}
}

// opened goes on with a conversation.
func (d *desk) opened(data []byte) {
	var w target.Welcome
	if err := json.Unmarshal(data, &w); err != nil {
		d.storm.faults.add(misplaced, fmt.Errorf("an answer that cannot be read: %w", err))
		return
	}
	log := d.logs[d.sessions[w.Session]]
	if epoch, seq := log.position(); epoch != "" && w.Resume != "ok" {
		d.storm.faults.add(gap, fmt.Errorf("an agent with %d messages of a conversation opened it again and was answered with resume %q", seq, w.Resume))
	}
	log.begin(w.Epoch)
	log.connect(d.conn)
}
