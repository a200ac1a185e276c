package load

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/bench/seed"
)

// answerOf is a page of messages as Parlor sends it.
func answerOf(ref int, from, to uint64) []byte {
	var messages []string
	for seq := from; seq <= to; seq++ {
		messages = append(messages, fmt.Sprintf(`{"t":"message","session":"session_1","seq":%d,"id":"%032x","content":"x"}`, seq, seq))
	}
	return fmt.Appendf(nil, `{"t":"history","ref":%d,"session":"session_1","messages":[%s],"more":true}`, ref, strings.Join(messages, ","))
}

// TestPagesMustBeWhole gives answers to a question for the messages before 101, and to one for those before 11.
func TestPagesMustBeWhole(t *testing.T) {
	asked := pages{{0, 101}, {1, 11}}
	for name, v := range map[string]struct {
		answer []byte
		k      int
		want   string
	}{
		"whole":           {answerOf(1, 51, 100), 0, ""},
		"the beginning":   {answerOf(2, 1, 10), 1, ""},
		"one less":        {answerOf(1, 51, 99), 0, "ends before 100"},
		"one too early":   {answerOf(1, 50, 100), 0, "50 in place of 51"},
		"one more":        {answerOf(1, 51, 101), 0, "ends before 102"},
		"empty":           {answerOf(1, 1, 0), 0, "ends before 51"},
		"not asked":       {answerOf(3, 1, 10), -1, "nobody asked"},
		"something else":  {[]byte(`{"t":"marks"}`), -1, ""},
		"a hole":          {[]byte(strings.Replace(string(answerOf(2, 1, 10)), `"seq":5`, `"seq":6`, 1)), 1, "6 in place of 5"},
		"without any ref": {[]byte(`{"t":"history"}`), -1, "nobody asked"},
	} {
		k, err := asked.check(v.answer)
		if k != v.k || (err == nil) != (v.want == "") || err != nil && !strings.Contains(err.Error(), v.want) {
			t.Errorf("%s: question %d, %v; want %d, %q", name, k, err, v.k, v.want)
		}
	}
}

// TestChosenPagesExist: there are as many messages before each number as a page has, in the conversation that it names.
func TestChosenPagesExist(t *testing.T) {
	for _, stored := range []int{7, 50, 51, seed.Length, seed.Length + 3, 10 * seed.Length} {
		for _, p := range choosePages(500, stored) {
			length := seed.LengthOf(p.conversation, stored)
			if p.conversation >= seed.Conversations(stored) || p.before < uint64(min(length, pageMessages))+1 || p.before > uint64(length)+1 {
				t.Fatalf("of %d messages: %+v in a conversation of %d", stored, p, length)
			}
		}
	}
}

// TestClientsWaitLongerTheLongerTheyAreGone: up to half a second at first, up to half a minute in the end.
func TestClientsWaitLongerTheLongerTheyAreGone(t *testing.T) {
	for gone, bound := range map[time.Duration]time.Duration{
		0: shortWait, 100 * time.Millisecond: shortWait, 7 * time.Second: 7 * time.Second, time.Hour: longWait,
	} {
		var most time.Duration
		for range 1000 {
			most = max(most, wait(gone))
		}
		if most >= bound || most < bound*9/10 {
			t.Errorf("gone for %v: at most %v in a thousand times, want a little less than %v", gone, most, bound)
		}
	}
}
