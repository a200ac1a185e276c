package main

import (
	"context"
	"log/slog"
	"os"
	"strings"

	"github.com/parlor-chat/parlor/engine"
	"github.com/parlor-chat/parlor/internal/systemd"
)

// serveCmd serves until it is interrupted.
type serveCmd struct{}

// Run implements the command.
func (serveCmd) Run(ctx context.Context, s *settings, o output) error {
	l, err := s.load()
	if err != nil {
		return err
	}
	log := l.Log.logger(o.log)
	return serve(ctx, l.Config, log, func(n *engine.Node) error {
		log.Info("serving", slog.String("url", n.URL()), slog.String("admin", n.AdminURL()), slog.String("version", version()))
		return nil
	})
}

// serve runs a node until ctx ends or it fails; started is called when it serves.
func serve(ctx context.Context, c engine.Config, log *slog.Logger, started func(*engine.Node) error) error {
	runtimeDir, _, _ := strings.Cut(os.Getenv("RUNTIME_DIRECTORY"), ":") // the unit may have several
	n, err := engine.New(c, engine.Options{Logger: log, Manager: systemd.Detect(os.Getenv, os.Getpid()), RuntimeDir: runtimeDir})
	if err != nil {
		return err
	}
	percent, limit := c.Memory.Apply()
	log.Debug("memory", slog.Int("gc percent", percent), slog.Int64("limit bytes", limit))
	if err := n.Start(ctx); err != nil {
		return err
	}
	err = started(n)
	if err == nil {
		select {
		case <-ctx.Done():
			log.Info("stopping", slog.Duration("at most", c.Timeouts.Drain))
		case err = <-n.Failed():
		}
	}
	if stopped := n.Stop(context.WithoutCancel(ctx)); err == nil {
		err = stopped
	}
	return err
}
