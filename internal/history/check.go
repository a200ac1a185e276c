package history

import (
	"fmt"
	"maps"
	"slices"
)

// Check returns what the history shows of broken promises, at most one line for each event and log. A log that is not Kept in the end must
// have been Erased, or nobody was promised anything about it.
func Check(events []Event) []string {
	c := &checker{logs: make(map[string]*log)}
	for i, e := range events {
		l := c.logs[e.log()]
		if l == nil {
			l = newLog()
			c.logs[e.log()] = l
		}
		if err := l.note(e); err != nil {
			c.problems = append(c.problems, fmt.Sprintf("event %d, %T of %s: %v", i, e, e.log(), err))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(c.logs)) {
		if err := c.logs[name].finish(); err != nil {
			c.problems = append(c.problems, fmt.Sprintf("%s: %v", name, err))
		}
	}
	return c.problems
}

type checker struct {
	logs     map[string]*log
	problems []string
}

// log is what is known of one log.
type log struct {
	known map[uint64]Message
	place map[unique]uint64
	// may counts the times that a body was sent and not refused.
	may map[sending]int
	// floor is behind which number a message must stand: what was acknowledged when it was first sent.
	floor    map[unique]uint64
	triggers map[string]uint64
	seats    map[int]*seat
	// acked is the highest number that was acknowledged, seen the highest that anybody saw.
	acked, seen     uint64
	read, delivered Marks
	erased          bool
	kept            *Kept
}

type unique struct{ sender, id string }

type sending struct {
	unique
	body string
}

// seat is a connection's place in a log.
type seat struct {
	// least is what the answer to its Asked must hold.
	least                    uint64
	leastRead, leastDelivery Marks
	joined, awaits           bool
	at, end                  uint64
	read, delivered          Marks
}

func newLog() *log {
	return &log{
		known: make(map[uint64]Message), place: make(map[unique]uint64), may: make(map[sending]int), floor: make(map[unique]uint64),
		triggers: make(map[string]uint64), seats: make(map[int]*seat),
	}
}

func (l *log) note(e Event) error {
	switch e := e.(type) {
	case Sent:
		l.sent(unique{e.Sender, e.ID}, e.Body)
	case Refused:
		l.may[sending{unique{e.Sender, e.ID}, e.Body}]--
	case Acked:
		return l.ackedAs(e)
	case Asked:
		l.seats[e.Conn] = &seat{least: l.acked, leastRead: l.read, leastDelivery: l.delivered}
	case Joined:
		return l.join(e)
	case Snapshot:
		return l.snapshot(e)
	case Shown:
		return l.show(e)
	case Paged:
		return l.run(e.Messages)
	case Marked:
		return l.mark(e)
	case Left:
		delete(l.seats, e.Conn)
	case Erased:
		l.erased = true
	case Kept:
		l.kept = &e
	}
	return nil
}

func (l *log) sent(u unique, body string) {
	if _, again := l.floor[u]; !again {
		l.floor[u] = l.acked
	}
	l.may[sending{u, body}]++
}

// learn notes that a message has a place.
func (l *log) learn(m Message) error {
	if m.Seq == 0 {
		return fmt.Errorf("a message without a number")
	}
	l.seen = max(l.seen, m.Seq)
	if before, known := l.known[m.Seq]; known && before != m {
		return fmt.Errorf("%d is %+v, and was %+v", m.Seq, m, before)
	}
	l.known[m.Seq] = m
	u := unique{m.Sender, m.ID}
	if before, known := l.place[u]; known && before != m.Seq {
		return fmt.Errorf("one message twice, as %d and as %d: %+v", before, m.Seq, m)
	}
	l.place[u] = m.Seq
	if m.Trigger != "" {
		if before, fired := l.triggers[m.Trigger]; fired && before != m.Seq {
			return fmt.Errorf("trigger %s fired twice, as %d and as %d", m.Trigger, before, m.Seq)
		}
		l.triggers[m.Trigger] = m.Seq
		return nil
	}
	if floor, sent := l.floor[u]; !sent {
		return fmt.Errorf("nobody sent %+v", m)
	} else if m.Seq <= floor {
		return fmt.Errorf("%d was sent after %d was acknowledged, and stands before it", m.Seq, floor)
	}
	return nil
}

// run checks messages that follow one another.
func (l *log) run(messages []Message) error {
	for i, m := range messages {
		if i > 0 && m.Seq != messages[i-1].Seq+1 {
			return fmt.Errorf("%d follows %d", m.Seq, messages[i-1].Seq)
		}
		if err := l.learn(m); err != nil {
			return err
		}
	}
	return nil
}

func (l *log) ackedAs(e Acked) error {
	if l.erased {
		return fmt.Errorf("acknowledged after the session was deleted")
	}
	l.acked = max(l.acked, e.Seq)
	if err := l.learn(Message{Seq: e.Seq, Sender: e.Sender, ID: e.ID, Body: e.Body}); err != nil {
		return err
	}
	// The sender gets the acknowledgment in the message's place. That of a repeat comes when it comes.
	if s := l.seats[e.Conn]; s != nil && s.joined && e.Seq > s.at {
		return s.advance(e.Seq)
	}
	return nil
}

func (s *seat) advance(seq uint64) error {
	at := s.at
	s.at = seq
	switch {
	case !s.joined:
		return fmt.Errorf("%d came before the connection had joined", seq)
	case s.awaits:
		return fmt.Errorf("%d came before the snapshot", seq)
	case seq <= at:
		s.at = at
		return fmt.Errorf("a repeat: %d after %d", seq, at)
	case seq != at+1:
		return fmt.Errorf("a hole: %d after %d", seq, at)
	}
	return nil
}

func (l *log) join(e Joined) error {
	s := l.seats[e.Conn]
	if s == nil {
		return fmt.Errorf("it did not ask")
	}
	s.joined, s.at, s.end, s.read, s.delivered = true, e.Have, e.Seq, e.Read, e.Delivered
	if !e.Resumed {
		s.at, s.awaits = 0, e.Seq > 0
	}
	l.seen = max(l.seen, e.Seq)
	switch {
	case l.erased:
		return fmt.Errorf("the session was deleted")
	case e.Seq < s.least:
		return fmt.Errorf("the log ends at %d, and %d was acknowledged before", e.Seq, s.least)
	case e.Resumed && e.Have > e.Seq:
		return fmt.Errorf("continued from %d, where the log ends at %d", e.Have, e.Seq)
	case less(e.Read, s.leastRead) || less(e.Delivered, s.leastDelivery):
		return fmt.Errorf("marks %v and %v fell from %v and %v", e.Read, e.Delivered, s.leastRead, s.leastDelivery)
	}
	return l.marks(e.Read, e.Delivered)
}

func (l *log) snapshot(e Snapshot) error {
	s := l.seats[e.Conn]
	switch {
	case s == nil || !s.joined:
		return fmt.Errorf("the connection has not joined")
	case !s.awaits && len(e.Messages) > 0:
		return fmt.Errorf("nobody awaits a snapshot")
	}
	s.awaits = false
	s.at = s.end
	if n := len(e.Messages); n > 0 && e.Messages[n-1].Seq != s.end {
		return fmt.Errorf("it ends at %d, the log at %d", e.Messages[n-1].Seq, s.end)
	}
	return l.run(e.Messages)
}

func (l *log) show(e Shown) error {
	s := l.seats[e.Conn]
	if s == nil {
		return fmt.Errorf("the connection has not joined")
	}
	if err := l.learn(e.Message); err != nil {
		return err
	}
	return s.advance(e.Message.Seq)
}

func (l *log) mark(e Marked) error {
	s := l.seats[e.Conn]
	if s == nil || !s.joined {
		return fmt.Errorf("the connection has not joined")
	}
	if less(e.Read, s.read) || less(e.Delivered, s.delivered) {
		return fmt.Errorf("marks %v and %v fell from %v and %v", e.Read, e.Delivered, s.read, s.delivered)
	}
	s.read, s.delivered = e.Read, e.Delivered
	return l.marks(e.Read, e.Delivered)
}

// marks notes marks that somebody saw.
func (l *log) marks(read, delivered Marks) error {
	l.read = Marks{max(l.read.Visitor, read.Visitor), max(l.read.Agent, read.Agent)}
	l.delivered = Marks{max(l.delivered.Visitor, delivered.Visitor), max(l.delivered.Agent, delivered.Agent)}
	if less(delivered, read) {
		return fmt.Errorf("read %v is ahead of delivered %v", read, delivered)
	}
	return nil
}

// less reports whether one side of a is behind b's.
func less(a, b Marks) bool { return a.Visitor < b.Visitor || a.Agent < b.Agent }

// finish judges what is left at the end.
func (l *log) finish() error {
	switch {
	case l.erased:
	case l.kept != nil:
		if err := l.finishKept(l.kept); err != nil {
			return err
		}
	case l.acked > 0:
		return fmt.Errorf("%d was acknowledged, and nothing is kept", l.acked)
	}
	for _, seq := range slices.Sorted(maps.Keys(l.known)) {
		m := l.known[seq]
		if m.Trigger == "" && l.may[sending{unique{m.Sender, m.ID}, m.Body}] <= 0 {
			return fmt.Errorf("%+v was refused, and is there", m)
		}
	}
	return nil
}

func (l *log) finishKept(k *Kept) error {
	end := uint64(len(k.Messages))
	if end > 0 && k.Messages[0].Seq != 1 {
		return fmt.Errorf("it begins with %d", k.Messages[0].Seq)
	}
	if err := l.run(k.Messages); err != nil {
		return err
	}
	switch {
	case l.acked > end:
		return fmt.Errorf("%d was acknowledged, and the log ends at %d", l.acked, end)
	case l.seen > end:
		return fmt.Errorf("%d was shown, and the log ends at %d", l.seen, end)
	case less(k.Read, l.read) || less(k.Delivered, l.delivered):
		return fmt.Errorf("marks %v and %v fell from %v and %v", k.Read, k.Delivered, l.read, l.delivered)
	case less(Marks{end, end}, k.Delivered) || less(k.Delivered, k.Read):
		return fmt.Errorf("marks %v and %v run ahead of the log's end %d", k.Read, k.Delivered, end)
	}
	return l.unread(k)
}

// exactUnread is how far back the number of unread messages is exact; further back it may be too high.
const exactUnread = 64

func (l *log) unread(k *Kept) error {
	if k.Read == (Marks{}) && k.Unread == (Marks{}) {
		return nil
	}
	var want Marks
	for _, m := range k.Messages {
		if m.Sender == Visitor && m.Seq > k.Read.Agent {
			want.Agent++
		}
		if m.Sender != Visitor && m.Seq > k.Read.Visitor {
			want.Visitor++
		}
	}
	end := uint64(len(k.Messages))
	for _, side := range []struct{ got, want, read uint64 }{{k.Unread.Visitor, want.Visitor, k.Read.Visitor}, {k.Unread.Agent, want.Agent, k.Read.Agent}} {
		if side.got < side.want || (side.got > side.want && end-side.read < exactUnread) {
			return fmt.Errorf("unread %+v, want %+v", k.Unread, want)
		}
	}
	return nil
}

// Visitor is the Sender of what the session's visitor sent. Everybody else is of the other side.
const Visitor = "visitor"
