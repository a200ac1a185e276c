package history

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/anishathalye/porcupine"
)

// Found is what Search looked at.
type Found struct {
	// Logs were searched to the end, Cut are those for which there was no time.
	Logs, Cut int
	// Operations are all that were put in order.
	Operations int
}

// Plus adds up.
func (f Found) Plus(g Found) Found {
	return Found{f.Logs + g.Logs, f.Cut + g.Cut, f.Operations + g.Operations}
}

// Search looks for an order of each log's sends, joins and sightings in which a log that only grows would have given the same answers, each
// between its question and its answer (linearizability, by porcupine). It is a second opinion beside Check, of another make: it rests on no reasoning about
// numbers but that a log has one length at a time. A log that takes longer than limit counts as cut. What came after a deletion is Check's alone.
func Search(events []Event, limit time.Duration) (problems []string, found Found) {
	logs := make(map[string]*operations)
	for i, e := range events {
		o := logs[e.log()]
		if o == nil {
			o = &operations{first: make(map[sending]int64), acked: make(map[sending]bool), place: make(map[sending]uint64), asked: make(map[int]int64)}
			logs[e.log()] = o
		}
		o.note(int64(2*i), e)
	}
	for _, name := range slices.Sorted(maps.Keys(logs)) {
		all := logs[name].finish(int64(2*len(events)) + 2)
		found.Operations += len(all)
		switch porcupine.CheckOperationsTimeout(growing, all, limit) {
		case porcupine.Illegal:
			problems = append(problems, fmt.Sprintf("%s: no order of its %d operations explains the answers", name, len(all)))
		case porcupine.Unknown:
			found.Cut++
		default:
			found.Logs++
		}
	}
	return problems, found
}

// seen is what an operation tells of a log.
type seen struct {
	kind what
	seq  uint64
}

type what string

const (
	appends what = "append" // the message stands at seq: it did before, or is the next
	ends    what = "end"    // the log ends at seq
	holds   what = "hold"   // the log has seq
)

// growing is a log: its state is how long it is.
var growing = porcupine.Model{
	Init: func() any { return uint64(0) },
	Step: func(state, input, _ any) (bool, any) {
		end, s := state.(uint64), input.(seen)
		switch s.kind {
		case appends:
			return s.seq <= end+1, max(end, s.seq)
		case ends:
			return s.seq == end, end
		default:
			return s.seq <= end, end
		}
	},
	DescribeOperation: func(input, _ any) string { return fmt.Sprint(input) },
}

// operations gathers those of one log.
type operations struct {
	all []porcupine.Operation
	// first is when something was sent first: an acknowledgment may answer that. place is where it was seen, by whomever.
	first map[sending]int64
	acked map[sending]bool
	place map[sending]uint64
	asked map[int]int64
	// fired are the places of messages that nobody sent.
	fired []uint64
	over  bool
}

func (o *operations) note(at int64, e Event) {
	if o.over {
		return
	}
	switch e := e.(type) {
	case Sent:
		if s := (sending{unique{e.Sender, e.ID}, e.Body}); o.first[s] == 0 {
			o.first[s] = at + 1 // never 0
		}
	case Acked:
		s := sending{unique{e.Sender, e.ID}, e.Body}
		o.acked[s] = true
		o.add(appends, e.Seq, o.first[s], at+1)
	case Asked:
		o.asked[e.Conn] = at
	case Joined:
		o.add(ends, e.Seq, o.asked[e.Conn], at+1)
	case Shown:
		o.sighted(at, e.Message)
	case Snapshot:
		o.sighted(at, e.Messages...)
	case Paged:
		o.sighted(at, e.Messages...)
	case Kept:
		o.sighted(at, e.Messages...)
		o.add(ends, uint64(len(e.Messages)), at, at+1)
	case Erased:
		o.over = true
	}
}

func (o *operations) add(kind what, seq uint64, call, end int64) {
	o.all = append(o.all, porcupine.Operation{ClientId: len(o.all), Input: seen{kind, seq}, Call: call, Return: end})
}

// sighted notes that messages are in the log.
func (o *operations) sighted(at int64, messages ...Message) {
	for _, m := range messages {
		if m.Trigger != "" {
			if !slices.Contains(o.fired, m.Seq) {
				o.fired = append(o.fired, m.Seq)
			}
			continue
		}
		o.place[sending{unique{m.Sender, m.ID}, m.Body}] = m.Seq
	}
	if n := len(messages); n > 0 {
		o.add(holds, messages[n-1].Seq, at, at+1)
	}
}

// finish adds what was stored without an answer to its sender.
func (o *operations) finish(end int64) []porcupine.Operation {
	for s, seq := range o.place {
		if !o.acked[s] {
			o.add(appends, seq, o.first[s], end)
		}
	}
	for _, seq := range o.fired {
		o.add(appends, seq, 0, end)
	}
	return o.all
}
