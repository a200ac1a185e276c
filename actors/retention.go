package actors

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

const (
	// sweepFirst is how long after its start a node carries out the terms of retention, sweepEvery how often from then on. Terms are in days.
	sweepFirst = 10 * time.Minute
	sweepEvery = 6 * time.Hour
	// sweepPage is how many conversations are looked at together, maxFailed how many may fail before a website's sweep is given up.
	sweepPage = 200
	maxFailed = 20
	// leap is by how much the clock may have gone on, beyond what this process saw pass, until its terms are not believed at once: a clock that was
	// set wrong must not end everything (G20). trustedAfter is how long it then has to be right.
	leap         = 7 * 24 * time.Hour
	trustedAfter = 24 * time.Hour
)

// retention carries out what websites' policies say: identification records whose term has ended, addresses, conversations that are too old. It
// belongs to the janitor, one run at a time.
type retention struct {
	sys *System
	log *slog.Logger
	// began is when this process started, or since when its clock is believed.
	began time.Time
}

// sweep goes through all websites once. It reports whether anything was removed, whose bytes are then to be scrubbed.
func (r *retention) sweep(ctx context.Context) (removed bool, err error) {
	now := time.Now()
	if trusted, err := r.trusts(ctx, now); err != nil || !trusted {
		return false, err
	}
	websites, err := r.sys.store.Websites(ctx)
	if err != nil {
		return false, err
	}
	var errs []error
	for _, w := range websites {
		any, err := r.identifications(ctx, w, now)
		removed = removed || any
		errs = append(errs, err)
		if w.Retain.Terms() {
			any, err = r.conversations(ctx, w, now)
			removed = removed || any
			errs = append(errs, err)
		}
	}
	errs = append(errs, r.sys.store.PutSwept(ctx, persistence.Sweep{At: now.UTC()}))
	return removed, errors.Join(errs...)
}

// trusts reports whether the clock can be believed: it has not gone on by more than a week since the last sweep, or has said the same for a day.
func (r *retention) trusts(ctx context.Context, now time.Time) (bool, error) {
	sweep, err := r.sys.store.Swept(ctx)
	if err != nil {
		return false, err
	}
	ran := now.Sub(r.began)                     // monotonic
	wall := now.Round(0).Sub(sweep.At.Round(0)) // as the clock says
	drift := now.Round(0).Sub(r.began.Round(0)) - ran
	if sweep.At.IsZero() || (wall <= leap+ran && drift.Abs() < leap) {
		return true, nil
	}
	if sweep.Doubted.IsZero() || sweep.Doubted.After(now) {
		sweep.Doubted = now.UTC() // kept, so that restarts do not begin the day anew
		r.log.Warn("the clock has gone on by more than a week since retention last ran; terms are carried out in a day. If the clock is wrong, set it right before",
			slog.Duration("since", wall.Round(time.Hour)))
		return false, r.sys.store.PutSwept(ctx, sweep)
	}
	if now.Sub(sweep.Doubted) < trustedAfter {
		return false, nil
	}
	r.began = now
	return true, nil
}

// identifications drops the days whose term has ended.
func (r *retention) identifications(ctx context.Context, w chat.Website, now time.Time) (bool, error) {
	term, ok := w.Retain.Identifies()
	if !ok {
		now = now.Add(24 * time.Hour) // today's go as well
	}
	return r.sys.store.ForgetIdentifications(ctx, w.ID, now.Add(-term))
}

// conversations looks at each conversation of a website. One that fails does not keep the others.
func (r *retention) conversations(ctx context.Context, w chat.Website, now time.Time) (removed bool, err error) {
	failed := 0
	for behind := (chat.SessionID{}); ; {
		page, readErr := r.sys.store.Conversations(ctx, w.ID, behind, sweepPage)
		if readErr != nil || len(page) == 0 {
			return removed, errors.Join(err, readErr)
		}
		for i := range page {
			command := dueOf(w.Retain, &page[i].Head, &page[i].Visitor, now)
			if command == nil {
				continue
			}
			still := func(s *chat.Session) bool { return dueOf(w.Retain, &s.Head, &s.Visitor, now) == command }
			switch e := r.sys.orderIf(ctx, w.ID, page[i].Head.ID, chat.Participant{Role: chat.RoleSystem}, command, still); {
			case e == nil:
				removed = true
			case ctx.Err() != nil:
				return removed, e
			case errors.Is(e, ErrUnknownSession), e == error(errNotDelivered): //nolint:errorlint // gone, or about to move: others have the same code
			default:
				if failed++; failed > maxFailed {
					return removed, e
				}
				err = e
			}
		}
		behind = page[len(page)-1].Head.ID
	}
}

// dueOf is what retention wants of a conversation; nil: that it stays as it is.
func dueOf(policy chat.Retention, h *chat.Head, v *chat.Visitor, now time.Time) chat.Command {
	switch {
	case !policy.KeepsConversation(h.ActiveAt, now):
		return chat.Erase{Reason: "older than the website keeps conversations"}
	case v.Addr.IsValid() && !policy.KeepsIP(true, v.SeenAt, now):
		return chat.ForgetAddress{}
	default:
		return nil
	}
}
