package history_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/internal/history"
)

// short names of the tests' messages: what the visitor or the agent said as number seq.
func visitor(seq uint64) history.Message { return message(history.Visitor, seq) }
func agent(seq uint64) history.Message   { return message("ada", seq) }

func message(sender string, seq uint64) history.Message {
	return history.Message{Seq: seq, Sender: sender, ID: fmt.Sprint("id-", seq), Body: fmt.Sprint("text ", seq)}
}

func sent(m history.Message) history.Event {
	return history.Sent{Log: "s", Sender: m.Sender, ID: m.ID, Body: m.Body}
}

func refused(m history.Message) history.Event {
	return history.Refused{Log: "s", Sender: m.Sender, ID: m.ID, Body: m.Body}
}

func acked(conn int, m history.Message) history.Event {
	return history.Acked{Conn: conn, Log: "s", Sender: m.Sender, ID: m.ID, Body: m.Body, Seq: m.Seq}
}

func asked(conn int) history.Event { return history.Asked{Conn: conn, Log: "s"} }

func joined(conn int, seq uint64) history.Event {
	return history.Joined{Conn: conn, Log: "s", Seq: seq}
}

func resumed(conn int, have, seq uint64) history.Event {
	return history.Joined{Conn: conn, Log: "s", Resumed: true, Have: have, Seq: seq}
}

func shown(conn int, m history.Message) history.Event {
	return history.Shown{Conn: conn, Log: "s", Message: m}
}

func snapshot(conn int, messages ...history.Message) history.Event {
	return history.Snapshot{Conn: conn, Log: "s", Messages: messages}
}

func marked(read, delivered history.Marks) history.Event {
	return history.Marked{Conn: 1, Log: "s", Read: read, Delivered: delivered}
}

func kept(messages ...history.Message) history.Event {
	return history.Kept{Log: "s", Messages: messages}
}

// good is a history that keeps every promise: 1 and 3 from the visitor on connection 1, 2 from the agent on connection 2, a connection
// that goes and comes back, and a repeat.
func good() []history.Event {
	return []history.Event{
		asked(1), joined(1, 0), asked(2), joined(2, 0),
		sent(visitor(1)), acked(1, visitor(1)), shown(2, visitor(1)),
		sent(agent(2)), acked(2, agent(2)), shown(1, agent(2)),
		history.Left{Conn: 1, Log: "s"},
		asked(1), resumed(1, 1, 2), shown(1, agent(2)),
		sent(visitor(1)), acked(1, visitor(1)),
		sent(visitor(3)), sent(visitor(3)), acked(1, visitor(3)), shown(2, visitor(3)), acked(1, visitor(3)),
		marked(history.Marks{Visitor: 3}, history.Marks{Visitor: 3, Agent: 3}),
		asked(3), history.Joined{Conn: 3, Log: "s", Seq: 3, Read: history.Marks{Visitor: 3}, Delivered: history.Marks{Visitor: 3, Agent: 3}},
		snapshot(3, agent(2), visitor(3)),
		history.Paged{Log: "s", Messages: []history.Message{visitor(1), agent(2)}},
		history.Kept{
			Log: "s", Messages: []history.Message{visitor(1), agent(2), visitor(3)}, Unread: history.Marks{Agent: 1},
			Read: history.Marks{Visitor: 3, Agent: 2}, Delivered: history.Marks{Visitor: 3, Agent: 3},
		},
	}
}

func TestAGoodHistoryPasses(t *testing.T) {
	if problems := history.Check(good()); len(problems) > 0 {
		t.Fatalf("found:\n%s", strings.Join(problems, "\n"))
	}
}

// TestPlantedFaultsAreFound plants one fault at a time.
func TestPlantedFaultsAreFound(t *testing.T) {
	join := []history.Event{asked(1), joined(1, 0)}
	trigger := func(seq uint64) history.Message {
		return history.Message{Seq: seq, Sender: "system", ID: fmt.Sprint("random-", seq), Body: "Hello?", Trigger: "hello"}
	}
	twice := visitor(2)
	twice.ID = visitor(1).ID
	other := visitor(1)
	other.Body = "another body"
	for name, v := range map[string]struct {
		events []history.Event
		want   string
	}{
		"a hole": {[]history.Event{sent(agent(1)), sent(agent(2)), shown(1, agent(2)), kept(agent(1), agent(2))}, "a hole: 2 after 0"},
		"a hole before an acknowledgment": {
			[]history.Event{sent(agent(1)), sent(visitor(2)), acked(1, visitor(2)), kept(agent(1), visitor(2))}, "a hole: 2 after 0",
		},
		"a repeat":           {[]history.Event{sent(agent(1)), shown(1, agent(1)), shown(1, agent(1)), kept(agent(1))}, "a repeat: 1 after 1"},
		"a lost message":     {[]history.Event{sent(visitor(1)), acked(1, visitor(1)), kept()}, "1 was acknowledged, and the log ends at 0"},
		"a lost session":     {[]history.Event{sent(visitor(1)), acked(1, visitor(1))}, "nothing is kept"},
		"shown and not kept": {[]history.Event{sent(agent(1)), shown(1, agent(1)), kept()}, "1 was shown, and the log ends at 0"},
		"two messages in one place": {
			[]history.Event{sent(agent(1)), sent(visitor(1)), shown(1, agent(1)), acked(2, visitor(1)), kept(agent(1))}, "and was",
		},
		"one message twice": {[]history.Event{sent(visitor(1)), sent(twice), kept(visitor(1), twice)}, "one message twice, as 1 and as 2"},
		"two bodies of one id": {
			[]history.Event{sent(visitor(1)), sent(other), acked(1, visitor(1)), acked(1, other), kept(visitor(1))}, "and was",
		},
		"refused and there": {[]history.Event{sent(visitor(1)), refused(visitor(1)), kept(visitor(1))}, "was refused, and is there"},
		"one body refused, and it is the one that is there": {
			[]history.Event{sent(visitor(1)), sent(other), refused(other), kept(other)}, "was refused, and is there",
		},
		"from nowhere": {[]history.Event{shown(1, agent(1)), kept(agent(1))}, "nobody sent"},
		"wrong order": {
			[]history.Event{sent(visitor(2)), acked(1, message(history.Visitor, 2)), sent(visitor(1)), kept(visitor(1), visitor(2))},
			"stands before it",
		},
		"a trigger twice":          {[]history.Event{shown(1, trigger(1)), shown(1, trigger(2)), kept(trigger(1), trigger(2))}, "fired twice"},
		"a page with a hole":       {[]history.Event{sent(agent(1)), sent(agent(3)), history.Paged{Log: "s", Messages: []history.Message{agent(1), agent(3)}}}, "3 follows 1"},
		"a log that begins late":   {[]history.Event{sent(agent(2)), kept(agent(2))}, "it begins with 2"},
		"an answer that is behind": {[]history.Event{sent(visitor(1)), acked(1, visitor(1)), asked(2), joined(2, 0), kept(visitor(1))}, "was acknowledged before"},
		"continued from the future": {
			[]history.Event{asked(2), resumed(2, 7, 0), kept()}, "continued from 7, where the log ends at 0",
		},
		"a snapshot that ends early": {
			[]history.Event{sent(agent(1)), sent(agent(2)), asked(2), joined(2, 2), snapshot(2, agent(1)), kept(agent(1), agent(2))}, "it ends at 1, the log at 2",
		},
		"live before the snapshot": {
			[]history.Event{sent(agent(1)), sent(agent(2)), asked(2), joined(2, 1), shown(2, agent(2)), kept(agent(1), agent(2))}, "before the snapshot",
		},
		"live before the answer": {[]history.Event{sent(agent(1)), asked(2), shown(2, agent(1)), kept(agent(1))}, "before the connection had joined"},
		"marks that fall": {
			[]history.Event{
				sent(agent(1)), shown(1, agent(1)), marked(history.Marks{Visitor: 1}, history.Marks{Visitor: 1}),
				marked(history.Marks{}, history.Marks{Visitor: 1}), history.Kept{
					Log: "s", Messages: []history.Message{agent(1)}, Read: history.Marks{Visitor: 1}, Delivered: history.Marks{Visitor: 1},
				},
			}, "fell from",
		},
		"marks that fall between connections": {
			[]history.Event{
				sent(agent(1)), shown(1, agent(1)), marked(history.Marks{Visitor: 1}, history.Marks{Visitor: 1}),
				asked(2), joined(2, 1), history.Kept{
					Log: "s", Messages: []history.Message{agent(1)}, Read: history.Marks{Visitor: 1}, Delivered: history.Marks{Visitor: 1},
				},
			}, "fell from",
		},
		"marks that are lost": {
			[]history.Event{sent(agent(1)), shown(1, agent(1)), marked(history.Marks{Visitor: 1}, history.Marks{Visitor: 1}), kept(agent(1))}, "fell from",
		},
		"marks ahead of the log": {
			[]history.Event{history.Kept{Log: "s", Read: history.Marks{Visitor: 1}, Delivered: history.Marks{Visitor: 1}}}, "run ahead",
		},
		"read ahead of delivered": {[]history.Event{marked(history.Marks{Agent: 1}, history.Marks{}), kept()}, "ahead of delivered"},
		"too few unread": {
			[]history.Event{sent(visitor(1)), history.Kept{
				Log: "s", Messages: []history.Message{visitor(1)}, Read: history.Marks{Visitor: 1}, Delivered: history.Marks{Visitor: 1},
			}}, "unread",
		},
		"too many unread": {
			[]history.Event{sent(visitor(1)), history.Kept{
				Log: "s", Messages: []history.Message{visitor(1)}, Unread: history.Marks{Agent: 2},
			}}, "unread",
		},
		"back from the dead": {[]history.Event{history.Erased{Log: "s"}, asked(2), joined(2, 0)}, "was deleted"},
		"acknowledged after the end": {
			[]history.Event{history.Erased{Log: "s"}, sent(visitor(1)), acked(1, visitor(1))}, "after the session was deleted",
		},
	} {
		t.Run(name, func(t *testing.T) {
			problems := history.Check(slices.Concat(join, v.events))
			if len(problems) == 0 || !strings.Contains(strings.Join(problems, "\n"), v.want) {
				t.Fatalf("found %q, want %q", problems, v.want)
			}
		})
	}
}

// TestAnyLossIsFound takes single events out of a good history. What a client got and does not tell is no fault; what was promised and is
// missing in the end is.
func TestAnyLossIsFound(t *testing.T) {
	events := good()
	for i, e := range events {
		switch e.(type) {
		case history.Shown, history.Joined, history.Asked:
			without := slices.Delete(slices.Clone(events), i, i+1)
			if m, last := e.(history.Shown); last && m.Conn == 2 && m.Message.Seq == 3 {
				continue // the last one of its connection may be on its way
			}
			if m, gone := e.(history.Shown); gone && m.Conn == 1 && i < 11 {
				continue // so may the last one before the connection was lost
			}
			if len(history.Check(without)) == 0 {
				t.Errorf("nobody misses event %d, %+v", i, e)
			}
		}
	}
}
