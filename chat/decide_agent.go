package chat

import "time"

func postNote(s *Session, who Participant, c PostNote, now time.Time) ([]Event, *Error) {
	if err := checkText(c.Text); err != nil {
		return nil, err
	}
	return appendNote(s, Note{ID: c.ID, By: who, Text: c.Text, At: now})
}

func pushEvent(s *Session, who Participant, c PushEvent, now time.Time) ([]Event, *Error) {
	if c.Event.Name == "" || len(c.Event.Name) > MaxNameBytes || len(c.Event.Color) > MaxNameBytes {
		return nil, invalid("event: a name of 1 to 256 bytes, and a color")
	}
	if err := checkData(c.Event.Data); err != nil {
		return nil, err
	}
	if len(c.Event.Data) > MaxDataKeys {
		return nil, invalid("event: at most 50 values")
	}
	c.Event.System = false
	return appendNote(s, Note{By: who, Event: &c.Event, At: now})
}

// appendNote gives the entry its place in the agents' log.
func appendNote(s *Session, n Note) ([]Event, *Error) {
	limit := uint64(MaxTemporaryNotes)
	if n.By.Role == RoleAgent {
		limit *= 2
	}
	if !s.Started && s.Notes >= limit {
		return nil, refuse(CodeBusy, "no more events or notes before the conversation started")
	}
	n.N, n.After = s.Notes+1, s.Seq
	return []Event{NotePosted{n}}, nil
}

// manage decides what an agent does to the conversation; each leaves a trace in the agents' log.
func manage(s *Session, who Participant, c Command, now time.Time) ([]Event, *Error) {
	var change Event
	event := PageEvent{System: true}
	switch c := c.(type) {
	case Assign:
		if c.Agent == s.Assigned {
			return nil, nil
		}
		change = Assigned{c.Agent}
		event.Name = "assigned"
		if !c.Agent.IsZero() {
			event.Data = map[string]any{"agent": c.Agent.String()}
		}
	case SetState:
		if c.State == s.State {
			return nil, nil
		}
		change = StateChanged{c.State}
		event.Name, event.Data = "state", map[string]any{"state": c.State.String()}
	case SetBlocked:
		if c.Blocked == s.Blocked {
			return nil, nil
		}
		change = BlockedChanged{c.Blocked}
		event.Name, event.Data = "blocked", map[string]any{"blocked": c.Blocked}
	}
	trace, err := appendNote(s, Note{By: who, Event: &event, At: now})
	if err != nil {
		return nil, err
	}
	return append([]Event{change}, trace...), nil
}
