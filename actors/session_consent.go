package actors

import (
	"context"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/protocol"
)

// removal takes what the page pushed out of the agents' log, behind the entry after up to the entry to (P13).
type removal struct {
	after, to uint64
	// rewritten are what is left of those entries.
	rewritten []persistence.NoteEntry
}

// showConsent tells the visitor's tabs, but one, what the visitor said about tracking.
func (s *session) showConsent(but Connection) {
	s.show(protocol.Encode(protocol.ConsentFrame{Tracking: s.state.Visitor.Consent.Tracking}), chat.RoleVisitor, but)
}

// recordWithdrawal puts the withdrawal into the audit log, so that an older copy of the store that is restored does not forget it (G24).
func (s *session) recordWithdrawal(ctx context.Context) error {
	_, err := s.sys.store.Record(ctx, persistence.AuditEntry{
		Deed: persistence.DeedWithdrawn, Website: s.website, Session: s.id, By: chat.RoleVisitor.String(), Policy: s.site.policy(),
	})
	return err
}

// removePushed leaves nothing of what the page pushed in the log of a temporary session. It works on nil: an empty log.
func (j *journal) removePushed() error {
	if j == nil {
		return nil
	}
	notes := make([]persistence.NoteEntry, len(j.notes)) // others may still read the one that there is
	for i, n := range j.notes {
		removed, _, err := protocol.RemoveEvent(n.Frame)
		if err != nil {
			return err
		}
		if removed != nil {
			n.Frame = removed
		}
		notes[i] = n
	}
	j.notes = notes
	return nil
}

// findPushed reads the stored log for what the page pushed. It reads all that may hold any, however long: a removal is whole or fails.
func (s *session) findPushed(ctx context.Context, r *removal) error {
	for page := (persistence.NotePage{AfterN: r.after, Oldest: true}); page.AfterN < r.to; {
		entries, err := s.sys.store.Notes(ctx, s.website, s.id, page)
		if err != nil || len(entries) == 0 {
			return err
		}
		for _, e := range entries {
			if e.Seq > r.to {
				return nil
			}
			removed, after, err := protocol.RemoveEvent(e.Frame)
			if err != nil {
				return err
			}
			if page.From, page.AfterN = after, e.Seq; removed != nil {
				r.rewritten = append(r.rewritten, persistence.NoteEntry{Entry: persistence.Entry{Seq: e.Seq, Frame: removed}, After: after})
			}
		}
	}
	return nil
}
