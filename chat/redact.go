package chat

import "log/slog"

// What may not stand in a log, a metric or an error redacts itself, however it is printed: values that hold addresses, names, e-mails or
// what somebody wrote show their id or their kind, and nothing else (P9).

// String names the agent by its id.
func (a Agent) String() string { return "agent " + a.ID.String() }

// LogValue implements slog.LogValuer.
func (a Agent) LogValue() slog.Value { return slog.StringValue(a.String()) }

// String says that this is a visitor.
func (Visitor) String() string { return "visitor (redacted)" }

// LogValue implements slog.LogValuer.
func (v Visitor) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says that this is an access.
func (Access) String() string { return "access (redacted)" }

// LogValue implements slog.LogValuer.
func (a Access) LogValue() slog.Value { return slog.StringValue(a.String()) }

// String says of what type the content is.
func (c Content) String() string { return string(c.Type) + " (redacted)" }

// LogValue implements slog.LogValuer.
func (c Content) LogValue() slog.Value { return slog.StringValue(c.String()) }

// String names the session by its id.
func (h Head) String() string { return h.ID.String() }

// LogValue implements slog.LogValuer.
func (h Head) LogValue() slog.Value { return slog.StringValue(h.String()) }
