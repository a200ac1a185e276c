package actors

import (
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// An access of a conversation's visitor is recorded twice (P10): with the first step that is stored after it began, and when its connection
// ended. Neither costs a commit of its own while messages come and go.

// identifies reports whether the website keeps identification records.
func (s *session) identifies() bool {
	if s.site == nil {
		return false
	}
	_, ok := s.site.Website().Retain.Identifies()
	return ok
}

// identification is the record of the visitor's last access; nil when there is none to make.
func (s *session) identification(state *chat.Session) *persistence.Identification {
	v := &state.Visitor
	if !s.identifies() || !v.Addr.IsValid() || v.SeenAt.IsZero() {
		return nil
	}
	to := s.lastAccess
	if s.watchedBy(chat.RoleVisitor) {
		to = time.Now()
	}
	if to.Before(v.SeenAt) {
		to = v.SeenAt
	}
	return &persistence.Identification{Addr: v.Addr, From: v.SeenAt, To: to}
}

// begins records the access before the one that begins now, if that was not done yet.
func (s *session) begins() {
	if s.unidentified {
		s.save()
	}
	s.unidentified = true
}

// ends makes the next save record when the access ended.
func (s *session) ends() {
	if s.permanent() && s.identifies() {
		s.unsaved, s.unidentified = true, true
	}
}
