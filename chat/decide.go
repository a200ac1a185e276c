package chat

import (
	"net/netip"
	"time"
)

// Rules decide with the settings of one website. A Rules is a value and may be used by many sessions at once.
type Rules struct {
	Limits   Limits
	Triggers []Trigger
	// RequireConsent refuses what can be tracking until the visitor consents (P13).
	RequireConsent bool
}

// Decide answers what follows from a command: the events to store and apply, in order, and the effects to carry out. It changes nothing
// but s.Posting, the rate limit. The error is what the participant may be told. No events and no error: the command changes nothing
// (a mark that was passed, a trigger that has fired).
func (r Rules) Decide(s *Session, who Participant, c Command, now time.Time) ([]Event, []Effect, *Error) {
	if s.Erased {
		return nil, nil, refuse(CodeSessionClosed, "the session was deleted")
	}
	if err := mayCommand(who.Role, c); err != nil {
		return nil, nil, err
	}
	if isTracking(c) && !r.mayTrack(&s.Visitor) {
		return nil, nil, refuse(CodeConsentRequired, "the visitor did not consent to this")
	}
	switch c := c.(type) {
	case PostMessage:
		return r.postMessage(s, who, c, now)
	case Compose:
		return compose(s, who, c)
	case FireTrigger:
		return r.fireTrigger(s, c, now)
	default:
		events, err := decideRecord(s, who, c, now)
		return events, nil, err
	}
}

// mayCommand keeps each side to its own commands.
func mayCommand(role Role, c Command) *Error {
	var allowed bool
	switch c := c.(type) {
	case PostMessage, Compose, MarkRead, MarkDelivered:
		allowed = role == RoleVisitor || role == RoleAgent
	case VisitPage, FireTrigger, SetUser, SetSegments, SetData, PushEvent:
		allowed = role == RoleVisitor
	case SetConsent:
		allowed = role == RoleVisitor || (role == RoleSystem && !c.Tracking)
	case PostNote, Assign, SetState, SetBlocked:
		allowed = role == RoleAgent
	case Erase:
		allowed = role != RoleVisitor
	case ForgetAddress:
		allowed = role == RoleSystem
	}
	if !allowed {
		return refuse(CodeForbidden, "this side may not do that")
	}
	return nil
}

// decideRecord decides the commands that only change what is kept.
func decideRecord(s *Session, who Participant, c Command, now time.Time) ([]Event, *Error) {
	switch c := c.(type) {
	case MarkRead:
		return mark(s, who.Role, c.Seq, c.Seq)
	case MarkDelivered:
		return mark(s, who.Role, 0, c.Seq)
	case VisitPage:
		return visitPage(s, c, now)
	case SetUser:
		return setUser(s, c)
	case SetSegments:
		return setSegments(s, c)
	case SetData:
		return setData(s, c)
	case SetConsent:
		return setConsent(s, c, now)
	case PostNote:
		return postNote(s, who, c, now)
	case PushEvent:
		return pushEvent(s, who, c, now)
	case Assign, SetState, SetBlocked:
		return manage(s, who, c, now)
	case ForgetAddress:
		return forgetAddress(s), nil
	case Erase:
		return []Event{Erased{At: now}}, nil
	}
	return nil, refuse(CodeUnknownFrame, "no such command")
}

// Access decides about a connection that joins: what it brought is known from now on.
func (r Rules) Access(s *Session, a Access, now time.Time) Event {
	return VisitorChanged{Visitor: s.Visitor.accessed(a, now), What: AccessChanged}
}

// forgetAddress takes out the address of the last access.
func forgetAddress(s *Session) []Event {
	if !s.Visitor.Addr.IsValid() {
		return nil
	}
	v := s.Visitor
	v.Addr = netip.AddrPort{}
	return []Event{VisitorChanged{v, AddressForgotten}}
}

func (r Rules) postMessage(s *Session, who Participant, c PostMessage, now time.Time) ([]Event, []Effect, *Error) {
	if err := checkContent(c.Content); err != nil {
		return nil, nil, err
	}
	if who.Role == RoleVisitor {
		if s.Blocked {
			return nil, nil, refuse(CodeBlocked, "messages are not accepted here any more")
		}
		bucket, wait, ok := s.Posting.Take(r.Limits, now)
		if !ok {
			return nil, nil, &Error{Code: CodeRateLimited, Message: "too many messages", Retry: wait}
		}
		s.Posting = bucket
	}
	m := Message{Seq: s.Seq + 1, ID: c.ID, From: who, Content: c.Content, At: now}
	return []Event{MessagePosted{m}}, nil, nil
}

func compose(s *Session, who Participant, c Compose) ([]Event, []Effect, *Error) {
	if who.Role == RoleVisitor && s.Blocked {
		return nil, nil, nil
	}
	return nil, []Effect{Composing{By: who, On: c.On, Text: cutChars(c.Text, MaxTypingChars)}}, nil
}

func (r Rules) fireTrigger(s *Session, c FireTrigger, now time.Time) ([]Event, []Effect, *Error) {
	for _, t := range r.Triggers {
		if t.Name != c.Name {
			continue
		}
		if s.Visitor.HasFired(t.Name) {
			return nil, nil, nil
		}
		m := Message{
			Seq: s.Seq + 1, ID: c.ID, From: Participant{Role: RoleSystem}, At: now, Trigger: t.Name,
			Content: Content{Type: TypeText, Text: t.Message},
		}
		return []Event{VisitorChanged{s.Visitor.fired(t.Name), TriggerFired}, MessagePosted{m}}, nil, nil
	}
	return nil, nil, refuse(CodeUnknownTrigger, "the website has no such trigger")
}

func mark(s *Session, role Role, read, delivered uint64) ([]Event, *Error) {
	if max(read, delivered) > s.Seq {
		return nil, refuse(CodeSeqAhead, "the mark is beyond the log's end")
	}
	if read <= s.Read.Of(role) && delivered <= s.Delivered.Of(role) {
		return nil, nil
	}
	return []Event{Marked{role, read, delivered}}, nil
}

func visitPage(s *Session, c VisitPage, now time.Time) ([]Event, *Error) {
	if err := checkPage(c.Page); err != nil {
		return nil, err
	}
	return []Event{VisitorChanged{s.Visitor.visited(c.Page, now), PageChanged}}, nil
}

func setSegments(s *Session, c SetSegments) ([]Event, *Error) {
	for _, segment := range c.Segments {
		if segment == "" || len(segment) > MaxNameBytes {
			return nil, invalid("segments: 1 to 256 bytes each")
		}
	}
	v := s.Visitor.withSegments(c.Segments, c.Overwrite)
	if len(v.Segments) > MaxSegments {
		return nil, invalid("segments: at most 50")
	}
	return []Event{VisitorChanged{v, SegmentsChanged}}, nil
}

func setData(s *Session, c SetData) ([]Event, *Error) {
	if err := checkData(c.Data); err != nil {
		return nil, err
	}
	v := s.Visitor.withData(c.Data)
	if len(v.Data) > MaxDataKeys {
		return nil, invalid("data: at most 50 keys")
	}
	return []Event{VisitorChanged{v, DataChanged}}, nil
}
