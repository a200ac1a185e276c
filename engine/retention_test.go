package engine_test

import (
	"bytes"
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/persistence"
)

// Terms of the tests, which end between two sweeps.
const (
	day  = 24 * time.Hour
	year = 365 * day
)

// under gives the website a policy.
func (w *world) under(r chat.Retention) {
	w.t.Helper()
	w.website.Retain = r
	w.website = w.put(w.website)
}

func (w *world) sessionOf(v *testclient.Visitor) chat.SessionID {
	w.t.Helper()
	id, err := chat.ParseSessionID(v.Welcome.Session)
	w.must(err)
	return id
}

func (w *world) identified(v *testclient.Visitor) []persistence.Identification {
	w.t.Helper()
	all, err := w.store.Identifications(w.t.Context(), w.website.ID, w.sessionOf(v))
	w.must(err)
	return all
}

// erase lets an agent delete the session.
func (w *world) erase(v *testclient.Visitor) {
	w.t.Helper()
	a := w.agent()
	defer a.Close()
	if f := w.ask(a.Client, w.on(v, "delete", nil)); f.T != "ack" {
		w.t.Fatalf("delete: %s", f.Raw)
	}
}

func TestP10AnIdentificationRecordSurvivesTheDeletionUntilItsTermEnds(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		synctest.Wait()
		if all := w.identified(v); len(all) != 0 {
			t.Errorf("a temporary session has records: %d", len(all))
		}
		began := time.Now()
		time.Sleep(time.Minute)
		w.say(v, "hello")
		time.Sleep(time.Hour)
		v.Close()
		synctest.Wait()
		all := w.identified(v)
		if len(all) != 2 || all[0].Addr != netip.MustParseAddrPort(visitorIP+":4711") || all[0].From.Sub(began).Abs() > time.Second ||
			all[0].To.Sub(began) != time.Minute || all[1].From != all[0].From || all[1].To.Sub(began) != time.Minute+time.Hour {
			t.Fatalf("recorded %v to %v and %v to %v", all[0].From, all[0].To, all[1].From, all[1].To)
		}
		w.erase(v)
		time.Sleep(year - day)
		if len(w.identified(v)) != 2 {
			t.Fatal("the record ended before its term")
		}
		time.Sleep(3 * day)
		if left := len(w.identified(v)); left != 0 {
			t.Errorf("%d records are left after their term", left)
		}
		if strings.Contains(w.log.String(), visitorIP) {
			t.Error("the log holds the address")
		}
		figure.Note(t, "G16 P10", "the record outlived the deletion for its year, to the day, and was gone in the days after")
	})
}

func TestP10NoIdentificationRecordsWhereTheWebsiteWantsNone(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		before := w.visit("")
		w.say(before, "hello")
		before.Close()
		w.under(chat.Retention{Identification: chat.NoIdentification})
		v := w.visit("")
		w.say(v, "hello")
		v.Close()
		time.Sleep(7 * time.Hour)
		if len(w.identified(v)) != 0 || len(w.identified(before)) != 0 {
			t.Error("there are records, or those of before are left")
		}
	})
}

func TestP10TheAddressLeavesTheConversationWithItsTerm(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.under(chat.Retention{IP: year})
		v := w.visit("")
		w.say(v, "hello")
		v.Close()
		shown := func() string {
			a := w.agent()
			defer a.Close()
			return w.open(a, v.Welcome.Session).Visitor.IP
		}
		time.Sleep(year - day)
		if shown() != visitorIP {
			t.Fatal("gone before its term")
		}
		time.Sleep(2 * day)
		if ip := shown(); ip != "" {
			t.Error("the address is shown after its term")
		}
		back := w.visit(v.Welcome.Token)
		defer back.Close()
		if got := w.history(back); len(got) != 1 {
			t.Errorf("the conversation has %d messages", len(got))
		}
		if shown() != visitorIP {
			t.Error("a new access is not shown")
		}
	})
}

// TestP10AnAccessThatIsNotStoredYetKeepsItsAddress: the visitor is back before the term of the earlier access ends, and writes nothing, so that the
// store knows of the earlier one only.
func TestP10AnAccessThatIsNotStoredYetKeepsItsAddress(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.under(chat.Retention{IP: year})
		v := w.visit("")
		w.say(v, "hello")
		v.Close()
		time.Sleep(year - time.Hour)
		back := w.visit(v.Welcome.Token)
		defer back.Close()
		time.Sleep(2 * day)
		a := w.agent()
		defer a.Close()
		if ip := w.open(a, v.Welcome.Session).Visitor.IP; ip != visitorIP {
			t.Errorf("the address of a visitor who is connected is forgotten: %q is shown", ip)
		}
	})
}

func TestP6ConversationsEndByAgeOnlyWhereTheWebsiteSaysSo(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		token := v.Welcome.Token
		w.say(v, "hello")
		v.Close()
		time.Sleep(2 * year)
		v = w.visit(token)
		if got := w.history(v); len(got) != 1 {
			t.Fatal("deleted without a policy")
		}
		w.say(v, "still here")
		v.Close()
		w.under(chat.Retention{Conversations: 30 * day})
		time.Sleep(29*day + 20*time.Hour)
		v = w.visit(token)
		if got := w.history(v); len(got) != 2 {
			t.Fatal("deleted before its term")
		}
		time.Sleep(7 * time.Hour)
		w.expect(v.Client, "deleted")
		if code, err := v.Ended(); code != 4410 {
			t.Errorf("close code %d, %v", code, err)
		}
		if _, err := w.store.Load(t.Context(), w.website.ID, w.sessionOf(v)); !errors.Is(err, persistence.ErrErased) {
			t.Errorf("load: %v", err)
		}
		time.Sleep(time.Hour)
		all, err := w.store.AuditLog(t.Context(), 0, 10)
		w.must(err)
		if len(all) != 2 || all[0].Deed != persistence.DeedErased || all[0].By != "retention" || all[0].Messages != 2 || all[0].Policy == "" ||
			all[1].Deed != persistence.DeedGone || all[1].At.Sub(all[0].At) > time.Hour {
			t.Errorf("the audit log: %+v", all)
		}
	})
}

// erasesNot fails to erase one session.
type erasesNot struct {
	persistence.Store
	session chat.SessionID
}

func (s *erasesNot) Erase(ctx context.Context, e persistence.Erasure) error {
	if e.Session == s.session {
		return errors.New("injected")
	}
	return s.Store.Erase(ctx, e)
}

// TestAConversationThatFailsKeepsNoOther: what is due behind it ends nevertheless.
func TestAConversationThatFailsKeepsNoOther(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		var all []chat.SessionID
		for range 5 {
			v := w.visit("")
			w.say(v, "hello")
			v.Close()
			all = append(all, w.sessionOf(v))
		}
		first := slices.MinFunc(all, func(a, b chat.SessionID) int { return bytes.Compare(a[:], b[:]) })
		w.stop()
		w.store.Store = &erasesNot{w.store.Store, first}
		w.start()
		w.under(chat.Retention{Conversations: day})
		time.Sleep(31 * time.Hour)
		for _, id := range all {
			_, err := w.store.Load(t.Context(), w.website.ID, id)
			if gone := errors.Is(err, persistence.ErrErased); gone == (id == first) {
				t.Errorf("the one that fails: %v; %v", id == first, err)
			}
		}
		if !strings.Contains(w.log.String(), "not everything whose term has ended is deleted yet") {
			t.Error("the operator is not told")
		}
	})
}

// TestP10AStopEndsAnAccess: the visitor is connected when the node stops, and is recorded until then.
func TestP10AStopEndsAnAccess(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		w.say(v, "hello")
		time.Sleep(3 * time.Hour)
		w.stop()
		stopped := time.Now()
		all := w.identified(v)
		if last := all[len(all)-1]; stopped.Sub(last.To) > 2*time.Minute {
			t.Errorf("recorded until %v before the stop", stopped.Sub(last.To))
		}
		w.start()
	})
}

// TestG20ADoubtIsNotForgottenByRestarts: a node that is restarted each night carries out terms all the same.
func TestG20ADoubtIsNotForgottenByRestarts(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.under(chat.Retention{Conversations: 7 * day})
		time.Sleep(day)
		v := w.visit("")
		w.say(v, "hello")
		v.Close()
		w.stop()
		time.Sleep(30 * day)
		for range 3 {
			w.start()
			time.Sleep(20 * time.Hour)
			w.stop()
		}
		w.start()
		if _, err := w.store.Load(t.Context(), w.website.ID, w.sessionOf(v)); !errors.Is(err, persistence.ErrErased) {
			t.Errorf("after three nights: %v", err)
		}
	})
}

// TestG20AClockThatLeapsEndsNothingAtOnce stops a node for a month, which is what a clock looks like that was set a month ahead.
func TestG20AClockThatLeapsEndsNothingAtOnce(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.under(chat.Retention{Conversations: 7 * day})
		time.Sleep(day)
		v := w.visit("")
		w.say(v, "hello")
		v.Close()
		w.stop()
		time.Sleep(30 * day)
		w.start()
		loaded := func() error {
			_, err := w.store.Load(t.Context(), w.website.ID, w.sessionOf(v))
			return err
		}
		time.Sleep(23 * time.Hour)
		if err := loaded(); err != nil {
			t.Errorf("deleted at once: %v", err)
		}
		if !strings.Contains(w.log.String(), "set it right before") {
			t.Error("the operator is not warned")
		}
		time.Sleep(8 * time.Hour)
		if err := loaded(); !errors.Is(err, persistence.ErrErased) {
			t.Errorf("after a day of the same clock: %v", err)
		}
		figure.Note(t, "G20", "a clock that went on by a month while the node was stopped ended 0 conversations within a day, and the operator was warned")
	})
}
