package main

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/parlor-chat/parlor/bench/relay"
	"github.com/parlor-chat/parlor/transport/socket"
)

// listening is where a relay serves.
type listening struct {
	Listen string `default:"127.0.0.1:0" help:"Address." placeholder:"ADDR"`
}

// bareCmd serves until it is interrupted.
type bareCmd struct {
	listening
}

// Run implements the command.
func (b bareCmd) Run(ctx context.Context, out io.Writer) error {
	return relay.Serve(ctx, b.Listen, relay.Bare(), out)
}

// socketCmd serves until it is interrupted.
type socketCmd struct {
	listening
}

// Run implements the command.
func (s socketCmd) Run(ctx context.Context, out io.Writer) error {
	h, server := relay.Socket()
	err := relay.Serve(ctx, s.Listen, h, out)
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	if shutdown := server.Shutdown(patience, socket.CodeGoingAway, ""); !errors.Is(shutdown, context.DeadlineExceeded) {
		err = errors.Join(err, shutdown)
	}
	return err
}
