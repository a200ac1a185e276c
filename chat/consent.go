package chat

import "time"

// Consent is what a visitor said about tracking (P13): about segments, custom data and events that the page pushes. Messaging needs none.
type Consent struct {
	Tracking bool      `json:"tracking"`
	At       time.Time `json:"at"`
	// Removed is up to which entry of the agents' log the page's events were removed.
	Removed uint64 `json:"removed,omitzero"`
}

// mayTrack reports whether the page may tell what can be tracking. A visitor's no holds whether or not the website demands a yes.
func (r Rules) mayTrack(v *Visitor) bool {
	if v.Consent == nil {
		return !r.RequireConsent
	}
	return v.Consent.Tracking
}

// isTracking reports a command that can be tracking.
func isTracking(c Command) bool {
	switch c.(type) {
	case SetSegments, SetData, PushEvent:
		return true
	}
	return false
}

// consentPause is how soon after a no a yes is taken. Each no leaves an entry in the audit log for good and files to rewrite: a client must not make
// many of them. A no is never refused.
const consentPause = 10 * time.Second

// setConsent decides what a visitor says about tracking. A withdrawal takes along what was told until now, whether or not it was allowed to be told.
func setConsent(s *Session, c SetConsent, now time.Time) ([]Event, *Error) {
	v, before := s.Visitor, uint64(0)
	if have := v.Consent; have != nil {
		if have.Tracking == c.Tracking {
			return nil, nil
		}
		if since := now.Sub(have.At); c.Tracking && since >= 0 && since < consentPause {
			return nil, &Error{Code: CodeRateLimited, Message: "consent was withdrawn just now", Retry: consentPause - since}
		}
		before = have.Removed
	}
	v.Consent = &Consent{Tracking: c.Tracking, At: now, Removed: before}
	if c.Tracking {
		return []Event{VisitorChanged{v, ConsentChanged}}, nil
	}
	v.Segments, v.Data, v.Consent.Removed = nil, nil, s.Notes
	return []Event{VisitorChanged{v, ConsentChanged}, PageEventsRemoved{After: before, To: s.Notes}}, nil
}
