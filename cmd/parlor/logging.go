package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// logging is how the log is written.
type logging struct {
	Level  string `koanf:"level"`
	Format string `koanf:"format"`
}

func (l logging) validate() error {
	var problems []error
	if _, err := l.level(); err != nil {
		problems = append(problems, fmt.Errorf("log.level: %q: use debug, info, warn or error", l.Level))
	}
	if l.Format != "text" && l.Format != "json" {
		problems = append(problems, fmt.Errorf("log.format: %q: use text or json", l.Format))
	}
	return errors.Join(problems...)
}

func (l logging) level() (level slog.Level, err error) {
	return level, level.UnmarshalText([]byte(l.Level))
}

// logger writes records of at least the level. Both formats escape line breaks and control characters in what they are given.
func (l logging) logger(w io.Writer) *slog.Logger {
	level, _ := l.level() // validated
	options := &slog.HandlerOptions{Level: level}
	if l.Format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}
