package history_test

import (
	"testing"
	"time"

	"github.com/parlor-chat/parlor/internal/history"
)

func TestSearchFindsAnOrderOfAGoodHistory(t *testing.T) {
	problems, found := history.Search(good(), time.Minute)
	if len(problems) > 0 || found.Logs != 1 || found.Cut != 0 || found.Operations < 10 {
		t.Errorf("found %v, %+v", problems, found)
	}
}

func TestSearchFindsNoOrder(t *testing.T) {
	for name, events := range map[string][]history.Event{
		"an answer that is behind":       {sent(visitor(1)), acked(1, visitor(1)), asked(2), joined(2, 0)},
		"an answer from the future":      {asked(1), joined(1, 1), sent(visitor(1)), acked(1, visitor(1))},
		"a hole":                         {sent(visitor(2)), acked(1, visitor(2))},
		"shown before it was sent":       {shown(1, visitor(1)), sent(visitor(1)), acked(1, visitor(1))},
		"another order than was told":    {sent(visitor(2)), acked(1, visitor(2)), sent(agent(1)), acked(2, agent(1))},
		"a lost message":                 {sent(visitor(1)), acked(1, visitor(1)), kept()},
		"a log that became shorter":      {sent(agent(1)), shown(1, agent(1)), asked(2), joined(2, 0), kept(agent(1))},
		"two who disagree about its end": {sent(agent(1)), asked(1), joined(1, 1), asked(2), joined(2, 0), kept(agent(1))},
	} {
		t.Run(name, func(t *testing.T) {
			if problems, found := history.Search(events, time.Minute); len(problems) == 0 {
				t.Errorf("it found an order, %+v", found)
			}
		})
	}
}

// TestSearchTakesWhatCannotBeKnown: what was sent and not answered may be stored at any time, or never.
func TestSearchTakesWhatCannotBeKnown(t *testing.T) {
	for name, events := range map[string][]history.Event{
		"it is stored late":                             {sent(visitor(1)), asked(2), joined(2, 0), asked(3), joined(3, 1), kept(visitor(1))},
		"it is not stored":                              {sent(visitor(1)), asked(2), joined(2, 0), kept()},
		"both at once":                                  {sent(agent(2)), sent(visitor(1)), acked(1, visitor(1)), acked(2, agent(2)), kept(visitor(1), agent(2))},
		"while somebody joins":                          {asked(2), sent(visitor(1)), acked(1, visitor(1)), joined(2, 0), kept(visitor(1))},
		"a repeat that is answered":                     {sent(visitor(1)), sent(visitor(1)), acked(1, visitor(1)), acked(1, visitor(1)), kept(visitor(1))},
		"nobody knows its beginning once it is deleted": {sent(visitor(1)), acked(1, visitor(1)), history.Erased{Log: "s"}, asked(2), joined(2, 0)},
	} {
		t.Run(name, func(t *testing.T) {
			if problems, _ := history.Search(events, time.Minute); len(problems) > 0 {
				t.Error(problems)
			}
		})
	}
}
