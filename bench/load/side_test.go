package load

import (
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/bench/client"
)

// noting is a connection that keeps what is sent.
type noting struct {
	client.Conn
	sent []uint32
}

func (n *noting) Send(payload []byte) error {
	f, err := parse(payload)
	n.sent = append(n.sent, f.number)
	return err
}

// TestSideRepeatsWhatHasNoAck on its next connection, and nothing else.
func TestSideRepeatsWhatHasNoAck(t *testing.T) {
	s := &side{draft: newDraft(3, run{}, 1)}
	s.say() // nobody is there
	first := new(noting)
	s.connect(first)
	s.say()
	s.say()
	s.say() // too much is under way
	if kind, err := s.take(frame{ack, 3, 0, 1}, true); err != nil {
		t.Fatal(kind, err)
	}
	s.disconnect()
	s.say()
	second := new(noting)
	s.connect(second)
	if len(first.sent) != 2 || len(second.sent) != 1 || second.sent[0] != 1 {
		t.Errorf("sent %v, then %v", first.sent, second.sent)
	}
	if sent, stored, heard := s.counts(); sent != 2 || stored != 1 || heard != 0 {
		t.Errorf("%d sent, %d stored, %d heard", sent, stored, heard)
	}
}

// TestSideSeesGapsAndRepeats in what came after "own 0 as 1, other's 0 as 2".
func TestSideSeesGapsAndRepeats(t *testing.T) {
	for name, v := range map[string]struct {
		f    frame
		mine bool
		want string
	}{
		"the next own":              {frame{message, 0, 1, 3}, true, ""},
		"the next own's ack":        {frame{ack, 0, 1, 3}, true, ""},
		"the other's next":          {frame{message, 0, 1, 3}, false, ""},
		"the ack of a repeat":       {frame{ack, 0, 0, 1}, true, ""},
		"another ack of a repeat":   {frame{ack, 0, 0, 2}, true, misplaced},
		"a message again":           {frame{message, 0, 0, 1}, true, misplaced},
		"the other's again":         {frame{message, 0, 0, 2}, false, misplaced},
		"the other's under its own": {frame{message, 0, 0, 3}, false, misplaced},
		"one left out":              {frame{message, 0, 2, 3}, false, misplaced},
		"a number left out":         {frame{message, 0, 1, 4}, false, gap},
		"one that nobody sent":      {frame{message, 0, 2, 3}, true, misplaced},
	} {
		t.Run(name, func(t *testing.T) {
			s := &side{draft: newDraft(0, run{}, 1)}
			s.connect(new(noting))
			s.say()
			s.say()
			for _, before := range []struct {
				f    frame
				mine bool
			}{{frame{ack, 0, 0, 1}, true}, {frame{message, 0, 0, 2}, false}} {
				if _, err := s.take(before.f, before.mine); err != nil {
					t.Fatal(err)
				}
			}
			kind, err := s.take(v.f, v.mine)
			if kind != v.want || (err == nil) != (v.want == "") {
				t.Errorf("%q, %v; want %q", kind, err, v.want)
			}
		})
	}
	s := new(side)
	if kind, err := s.take(frame{message, 0, 0, 1}, true); kind != unasked || !strings.Contains(err.Error(), "nobody sent") {
		t.Error(kind, err)
	}
}
