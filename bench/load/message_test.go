package load

import (
	"strings"
	"testing"
)

func TestDraftsAreReadAsTheyWereNumbered(t *testing.T) {
	for _, v := range []struct{ visitor, number uint32 }{{0, 0}, {1, 2}, {999, 1 << 31}, {^uint32(0), ^uint32(0)}} {
		d := newDraft(v.visitor, run{1, 2, 3}, 200)
		sent := string(d.number(v.number))
		if !strings.Contains(sent, `"content":"`+strings.Repeat("x", 200)+`"`) {
			t.Errorf("sent %s", sent)
		}
		want := frame{message, v.visitor, v.number, 0}
		// As a relay passes it on, as Parlor shows it, and as Parlor acknowledges it.
		for text, want := range map[string]frame{
			sent: want,
			strings.Replace(sent, `"message",`, `"message","session":"session_1","seq":1234,`, 1): {message, v.visitor, v.number, 1234},
			`{"t":"ack","id":"` + sent[21:21+idDigits] + `","seq":7,"at":1}`:                      {ack, v.visitor, v.number, 7},
		} {
			if got, err := parse([]byte(text)); err != nil || got != want {
				t.Errorf("%s was read as %+v, %v", text, got, err)
			}
		}
	}
	if a, b := string(newDraft(1, run{1}, 1).number(1)), string(newDraft(1, run{2}, 1).number(1)); a == b {
		t.Error("two runs send the same ids: the second is only repeats")
	}
}

func TestParseTellsFramesApart(t *testing.T) {
	for text, want := range map[string]string{
		`{"t":"ack","ref":1}`: "",
		`{"t":"marks"}`:       "",
		`{"t":"error","code":"busy","message":"too much at once"}`: "refused",
		`{"t":"message","content":"x"}`:                            "without an id",
		`{"t":"message","id":"0000"}`:                              "without an id",
		`{"t":"message","id":"not hexadecimal digits, but 32 of"}`: "foreign id",
	} {
		f, err := parse([]byte(text))
		if (err == nil) != (want == "") || (err != nil && !strings.Contains(err.Error(), want)) || (err == nil && f.kind != other) {
			t.Errorf("%s: %+v, %v", text, f, err)
		}
	}
}
