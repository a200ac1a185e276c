package engine_test

import (
	"bytes"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/persistence"
)

// consents are what the simulation knows of what visitors said about tracking, by session (P13).
type consents struct {
	// yeses counts those that were sent, answered or not.
	yeses map[string]int
	// withdrawn are sessions whose last word is a no that was acknowledged.
	withdrawn map[string]bool
}

// track tells something that can be tracking, or what the visitor says about it.
func (p *person) track(l *line) {
	session, c := l.session, &p.consents
	switch n := p.random.IntN(10); {
	case n < 5:
		l.ask(map[string]any{"t": "event", "name": "pushed"}, session, func(testclient.Frame) {})
	case n < 6:
		l.ask(map[string]any{"t": "segments", "segments": []string{"vip"}}, session, func(testclient.Frame) {})
	case n < 8:
		c.yeses[session]++
		delete(c.withdrawn, session)
		l.ask(map[string]any{"t": "consent", "tracking": true}, session, func(testclient.Frame) {})
	default:
		before := c.yeses[session]
		l.ask(map[string]any{"t": "consent", "tracking": false}, session, func(f testclient.Frame) {
			if f.T == "ack" && c.yeses[session] == before {
				c.withdrawn[session] = true
			}
		})
	}
}

// judgeConsent looks at what is stored of a session: an acknowledged no holds, and of what was withdrawn nothing is left.
func (s *sim) judgeConsent(name string, v *chat.Visitor, notes []persistence.Entry) {
	said := v.Consent
	if s.consents.withdrawn[name] && (said == nil || said.Tracking) {
		s.problem("%s: consent was withdrawn and acknowledged, and the store has %+v", name, said)
	}
	if said == nil {
		return
	}
	if !said.Tracking && len(v.Segments) > 0 {
		s.problem("%s: consent is withdrawn, and there are segments", name)
	}
	for _, n := range notes {
		if bytes.Contains(n.Frame, []byte(`"pushed"`)) && (!said.Tracking || n.Seq <= said.Removed) {
			s.problem("%s: entry %d was withdrawn, and is there: %s", name, n.Seq, n.Frame)
		}
	}
}
