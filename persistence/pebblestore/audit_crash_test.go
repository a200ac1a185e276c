package pebblestore_test

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/persistence"
)

// TestPowerLossKeepsWhatWasRecorded takes the power away while conversations are identified, deleted and scrubbed (T1): what was answered is in the
// audit log, which is one chain, and whatever it says was deleted is deleted.
func TestPowerLossKeepsWhatWasRecorded(t *testing.T) {
	erased, records := 0, 0
	for seed := range *crashSeeds {
		e, r := losePowerRecording(t, seed)
		erased, records = erased+e, records+r
	}
	if erased == 0 || records == 0 {
		t.Error("nothing was recorded: that proves nothing")
	}
	figure.Note(t, "G1 G15 P10 P14", "%d power losses: %d deletions and %d identification records that were answered, 0 lost, each audit log one chain", *crashSeeds, erased, records)
}

// losePowerRecording returns how many deletions and records were answered.
func losePowerRecording(t *testing.T, seed uint64) (erased, records int) {
	t.Helper()
	random := rand.New(rand.NewPCG(seed, 8))
	disk := vfs.NewCrashableMem()
	s := openOn(t, disk)
	epoch := claim(t, s)
	var all []*session
	deleted, identified := make(map[*session]bool), make(map[*session]int)
	for n := range uint64(8) {
		all = append(all, newSession(s, epoch, n))
	}
	for range 10 + random.IntN(30) {
		switch w := all[random.IntN(len(all))]; random.IntN(6) {
		case 0:
			if err := s.Erase(t.Context(), persistence.Erasure{Website: site, Session: w.head.ID}); err != nil {
				t.Fatalf("seed %d: erase: %v", seed, err)
			}
			deleted[w] = true
		case 1:
			if err := s.Scrub(t.Context()); err != nil {
				t.Fatalf("seed %d: scrub: %v", seed, err)
			}
		default:
			c, now := w.step([]byte("x")), time.Now()
			c.Identify = &persistence.Identification{Addr: netip.MustParseAddrPort("198.51.100.7:1"), From: now, To: now}
			if w.try(t.Context(), c) == nil {
				identified[w]++
			}
		}
	}
	after := disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: random.IntN(3) * 50, RNG: random})
	mustClose(t, s)
	s = openOn(t, after)
	defer mustClose(t, s)
	log, err := s.AuditLog(t.Context(), 0, 1000)
	if err != nil {
		t.Fatalf("seed %d: %v", seed, err)
	}
	for _, w := range all {
		told := false
		for _, e := range log {
			told = told || (e.Deed == persistence.DeedErased && e.Session == w.head.ID)
		}
		_, err := s.Load(t.Context(), site, w.head.ID)
		if told != deleted[w] || errors.Is(err, persistence.ErrErased) != deleted[w] {
			t.Fatalf("seed %d: deleted %v, in the audit log %v, and now %v", seed, deleted[w], told, err)
		}
		kept, err := s.Identifications(t.Context(), site, w.head.ID)
		if err != nil || len(kept) != identified[w] {
			t.Fatalf("seed %d: %d identification records of %d, %v", seed, len(kept), identified[w], err)
		}
		records += identified[w]
	}
	return len(deleted), records
}
