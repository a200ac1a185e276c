package chat

import "log/slog"

// Commands, events and effects that carry what somebody wrote or is, as redact.go says.

// String says what this is.
func (PostMessage) String() string { return "post message" + redacted }

// LogValue implements slog.LogValuer.
func (v PostMessage) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (PostNote) String() string { return "post note" + redacted }

// LogValue implements slog.LogValuer.
func (v PostNote) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (Compose) String() string { return "compose" + redacted }

// LogValue implements slog.LogValuer.
func (v Compose) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (VisitPage) String() string { return "visit page" + redacted }

// LogValue implements slog.LogValuer.
func (v VisitPage) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (SetUser) String() string { return "set user" + redacted }

// LogValue implements slog.LogValuer.
func (v SetUser) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (SetSegments) String() string { return "set segments" + redacted }

// LogValue implements slog.LogValuer.
func (v SetSegments) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (SetData) String() string { return "set data" + redacted }

// LogValue implements slog.LogValuer.
func (v SetData) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (PushEvent) String() string { return "push event" + redacted }

// LogValue implements slog.LogValuer.
func (v PushEvent) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (Erase) String() string { return "erase" + redacted }

// LogValue implements slog.LogValuer.
func (v Erase) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (MessagePosted) String() string { return "message posted" + redacted }

// LogValue implements slog.LogValuer.
func (v MessagePosted) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (NotePosted) String() string { return "note posted" + redacted }

// LogValue implements slog.LogValuer.
func (v NotePosted) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (VisitorChanged) String() string { return "visitor changed" + redacted }

// LogValue implements slog.LogValuer.
func (v VisitorChanged) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (Composing) String() string { return "composing" + redacted }

// LogValue implements slog.LogValuer.
func (v Composing) LogValue() slog.Value { return slog.StringValue(v.String()) }
