package chat

import "log/slog"

// What may not stand in a log, a metric or an error redacts itself, however it is printed: values that hold addresses, names, e-mails or
// what somebody wrote show their id or their kind, and nothing else (P9). Each type does so itself: a logger that writes JSON does not ask
// the members of a value.

const redacted = " (redacted)"

// String names the agent by its id.
func (a Agent) String() string { return "agent " + a.ID.String() }

// LogValue implements slog.LogValuer.
func (a Agent) LogValue() slog.Value { return slog.StringValue(a.String()) }

// String names the session by its id.
func (h Head) String() string { return h.ID.String() }

// LogValue implements slog.LogValuer.
func (h Head) LogValue() slog.Value { return slog.StringValue(h.String()) }

// String says on which side somebody takes part.
func (p Participant) String() string { return p.Role.String() }

// LogValue implements slog.LogValuer.
func (p Participant) LogValue() slog.Value { return slog.StringValue(p.String()) }

// String says what this is.
func (Visitor) String() string { return "visitor" + redacted }

// LogValue implements slog.LogValuer.
func (v Visitor) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (Access) String() string { return "access" + redacted }

// LogValue implements slog.LogValuer.
func (a Access) LogValue() slog.Value { return slog.StringValue(a.String()) }

// String says what this is.
func (User) String() string { return "user" + redacted }

// LogValue implements slog.LogValuer.
func (v User) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (Company) String() string { return "company" + redacted }

// LogValue implements slog.LogValuer.
func (v Company) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (Page) String() string { return "page" + redacted }

// LogValue implements slog.LogValuer.
func (v Page) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (Content) String() string { return "content" + redacted }

// LogValue implements slog.LogValuer.
func (v Content) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (Attachment) String() string { return "attachment" + redacted }

// LogValue implements slog.LogValuer.
func (v Attachment) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (Message) String() string { return "message" + redacted }

// LogValue implements slog.LogValuer.
func (v Message) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (Note) String() string { return "note" + redacted }

// LogValue implements slog.LogValuer.
func (v Note) LogValue() slog.Value { return slog.StringValue(v.String()) }

// String says what this is.
func (PageEvent) String() string { return "page event" + redacted }

// LogValue implements slog.LogValuer.
func (v PageEvent) LogValue() slog.Value { return slog.StringValue(v.String()) }
