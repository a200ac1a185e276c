package pebblestore_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

// frameBytes is the size of a message of 200 characters on the wire.
const frameBytes = 400

// BenchmarkCommit measures whole steps on the disk of the temporary directory: a message with head, receipt and place in the inbox, synced.
// Each writer is a session that waits for its answer before it goes on.
func BenchmarkCommit(b *testing.B) {
	for _, writers := range []int{1, 16, 256, 1000} {
		b.Run(fmt.Sprint("writers=", writers), func(b *testing.B) { benchmarkCommit(b, writers) })
	}
}

func benchmarkCommit(b *testing.B, writers int) {
	s, err := pebblestore.Open(pebblestore.Options{Dir: b.TempDir(), Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	epoch, err := s.Claim(b.Context(), 1)
	if err != nil {
		b.Fatal(err)
	}
	each := max(1, b.N/writers)
	took := make([][]time.Duration, writers)
	b.ReportAllocs()
	b.ResetTimer()
	var running sync.WaitGroup
	for w := range writers {
		running.Go(func() { took[w] = write(b, s, epoch, uint32(w), each) })
	}
	running.Wait()
	b.StopTimer()
	all := slices.Concat(took...)
	slices.Sort(all)
	b.ReportMetric(float64(len(all))/b.Elapsed().Seconds(), "commits/s")
	b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
}

// write posts n messages to one session and returns how long each took.
func write(b *testing.B, s persistence.Store, epoch uint64, session uint32, n int) []time.Duration {
	var random [16]byte
	binary.BigEndian.PutUint32(random[:], session*2654435761) // spread over the keys, as random ids are
	binary.BigEndian.PutUint32(random[12:], session)
	head := chat.Head{ID: chat.NewSessionID(random), Website: chat.WebsiteID{1}, Started: true, State: chat.StateUnresolved, Name: "A visitor"}
	frame := make([]byte, frameBytes)
	for i := range frame {
		frame[i] = byte('a' + i*i%23)
	}
	took := make([]time.Duration, 0, n)
	for range n {
		c := &persistence.Commit{Shard: 1, Epoch: epoch, Expect: head.Version}
		head.Version++
		head.Seq++
		head.ActiveAt = time.Now()
		head.LastFrom, head.Preview = chat.RoleVisitor, string(frame[:chat.MaxPreviewBytes])
		c.Head, c.Messages = head, []persistence.Entry{{Seq: head.Seq, Frame: frame}}
		c.Dedupes = []persistence.Dedupe{{Sender: chat.Sender{Role: chat.RoleVisitor}, Receipt: persistence.Receipt{Seq: head.Seq}}}
		binary.BigEndian.PutUint64(c.Dedupes[0].ID[:], head.Seq*0x9e3779b97f4a7c15)
		start := time.Now()
		if _, err := s.Commit(context.Background(), c); err != nil {
			b.Error(err)
			break
		}
		took = append(took, time.Since(start))
	}
	return took
}
