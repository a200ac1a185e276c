package chat

import "time"

// Code is a stable name for a refusal, the same in frames, HTTP answers, metrics and documents.
type Code string

// The refusals that a participant can be told. docs/protocol.md section 6 says what a client does about each.
const (
	CodeUnknownFrame    Code = "unknown_frame"
	CodeOutOfOrder      Code = "out_of_order"
	CodeInvalid         Code = "invalid"
	CodeTextEmpty       Code = "text_empty"
	CodeTextTooLong     Code = "text_too_long"
	CodeIDConflict      Code = "cmid_conflict"
	CodeSeqAhead        Code = "seq_ahead"
	CodeUnknownWebsite  Code = "unknown_website"
	CodeUnknownSession  Code = "unknown_session"
	CodeUnknownAgent    Code = "unknown_agent"
	CodeUnknownTrigger  Code = "unknown_trigger"
	CodeSessionClosed   Code = "session_closed"
	CodeForbidden       Code = "forbidden"
	CodeUnauthorized    Code = "unauthorized"
	CodeBlocked         Code = "blocked"
	CodeConsentRequired Code = "consent_required"
	CodeTooLarge        Code = "too_large"
	CodeRateLimited     Code = "rate_limited"
	CodeBusy            Code = "busy"
	CodeUnavailable     Code = "unavailable"
	CodeInternal        Code = "internal"
)

// Error is a refusal that a participant may be told. Message is short English for developers; it never repeats what the participant sent.
type Error struct {
	Code    Code
	Message string
	// Retry says when a repeat makes sense; zero: not at all, or not by waiting.
	Retry time.Duration
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Is makes errors.Is compare refusals by their code alone.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other.Code == e.Code
}

func refuse(code Code, message string) *Error { return &Error{Code: code, Message: message} }

func invalid(message string) *Error { return refuse(CodeInvalid, message) }
