package load

import (
	"fmt"
	"sync"

	"github.com/parlor-chat/parlor/bench/client"
)

// underWay is how many messages of one side of a conversation may have no ack: few, so that all that an agent has to repeat after a restart is
// less than Parlor lets wait of one connection.
const underWay = 2

// side is what one side of a conversation has of its log. It survives its connection: what has no ack is repeated on the next one.
type side struct {
	mu    sync.Mutex // covers everything, and the order of what is sent
	conn  client.Conn
	draft *draft
	// epoch names the log; seq is up to where all of it is here.
	epoch string
	seq   uint64
	// sent and stored count this side's messages, heard the other's. places are the numbers in the log of those that are stored.
	sent, stored, heard uint32
	places              []uint64
}

// begin notes which log it is.
func (s *side) begin(epoch string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.epoch = epoch
}

// say sends the next message, unless nobody is there or enough is under way.
func (s *side) say() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.conn == nil || s.sent-s.stored >= underWay {
		return
	}
	s.sent++
	_ = s.conn.Send(s.draft.number(s.sent - 1)) // whoever reads the connection hears that it is lost
}

// connect goes on with another connection, and repeats what has no ack.
func (s *side) connect(conn client.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn = conn
	for n := s.stored; n < s.sent; n++ {
		_ = conn.Send(s.draft.number(n))
	}
}

func (s *side) disconnect() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conn = nil
}

// take adds what came to the log. mine: it is a message of this side, or the ack of one. The kind is that of the fault, if it is one.
func (s *side) take(f frame, mine bool) (kind string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := &s.heard
	if mine {
		next = &s.stored
	}
	switch {
	case f.kind == ack && f.number < s.stored && s.places[f.number] == f.seq:
		return "", nil // of a repeat
	case f.seq > s.seq+1:
		return gap, fmt.Errorf("after %d of conversation %d came %d", s.seq, f.visitor, f.seq)
	case f.seq <= s.seq || f.number != *next:
		return misplaced, fmt.Errorf("message %d of conversation %d came as %d, after %d and in place of message %d", f.number, f.visitor, f.seq, s.seq, *next)
	case mine && f.number >= s.sent:
		return unasked, fmt.Errorf("message %d of conversation %d, which nobody sent, came as %d", f.number, f.visitor, f.seq)
	}
	*next++
	s.seq = f.seq
	if mine {
		s.places = append(s.places, f.seq)
	}
	return "", nil
}

// position is up to where the log is here.
func (s *side) position() (epoch string, seq uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.epoch, s.seq
}

// counts are its own messages, sent and stored, and those that it heard.
func (s *side) counts() (sent, stored, heard uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent, s.stored, s.heard
}
