package seed

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
	"github.com/parlor-chat/parlor/protocol"
)

const (
	// together is how many messages a commit stores, writers how many commits are under way.
	together = 100
	writers  = 16
)

// Fill stores so many messages of a website in a data directory, which no node may have open.
func Fill(ctx context.Context, dir string, website chat.WebsiteID, messages int) (err error) {
	store, err := pebblestore.Open(pebblestore.Options{Dir: dir, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	epoch, err := store.Claim(ctx, 0)
	if err != nil {
		return fmt.Errorf("seed: %w", err)
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	var next atomic.Int64
	var running sync.WaitGroup
	for range writers {
		running.Go(func() {
			for i := int(next.Add(1) - 1); i < Conversations(messages) && ctx.Err() == nil; i = int(next.Add(1) - 1) {
				if err := newConversation(i, website).write(ctx, store, epoch, LengthOf(i, messages)); err != nil {
					fail(fmt.Errorf("seed: conversation %d: %w", i, err))
				}
			}
		})
	}
	running.Wait()
	return context.Cause(ctx)
}

// write stores a conversation. Shard 0 may be the owner of all: which one it is only matters while a node runs.
func (c *conversation) write(ctx context.Context, store persistence.Store, epoch uint64, length int) error {
	for left := length; left > 0; left -= together {
		step := persistence.Commit{Epoch: epoch, Expect: c.state.Version}
		if c.state.Version == 0 {
			step.Visitor = &chat.Visitor{}
		}
		for range min(left, together) {
			m := c.next()
			step.Messages = append(step.Messages, persistence.Entry{Seq: m.Seq, Frame: protocol.EncodeMessage(c.state.ID, &m)})
			step.Dedupes = append(step.Dedupes, persistence.Dedupe{
				Sender: m.From.Sender(), ID: m.ID, Receipt: persistence.Receipt{Seq: m.Seq, AtMillis: m.At.UnixMilli()},
			})
		}
		c.state.Version++
		step.Head = c.state.Head
		committed, err := store.Commit(ctx, &step)
		if err == nil && committed.Duplicate != nil {
			err = errors.New("it is there already")
		}
		if err != nil {
			return err
		}
	}
	return nil
}
