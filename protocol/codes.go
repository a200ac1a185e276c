package protocol

import "github.com/parlor-chat/parlor/chat"

// Subprotocol is the WebSocket subprotocol that clients must offer (RFC 6455, section 1.9).
const Subprotocol = "parlor.v1"

// Default limits of one frame and of its nesting (GUARANTEES, section 4).
const (
	VisitorFrameBytes = 16 << 10
	AgentFrameBytes   = 64 << 10
	MaxDepth          = 16
)

// Limits that clients are told or held to.
const (
	// PendingCommands may wait for an answer on one connection.
	PendingCommands = 64
	// SnapshotMessages are sent to a client that does not resume.
	SnapshotMessages = 50
	// MaxReplay is the longest gap that is filled message by message; behind it a snapshot is cheaper for both.
	MaxReplay = 500
	// MaxReplayBytes is how long such a gap may be: half of the smallest outbox, so that what comes live has room behind it.
	MaxReplayBytes = 64 << 10
	// MaxHistory is the largest page of a history request.
	MaxHistory = 100
	// MaxVisitorsListed bounds the list of live visitors.
	MaxVisitorsListed = 200
)

// CloseCode is a WebSocket close code. Those of 4000 to 4399, and 1001, 1011, 1012 and 1013, ask the client to come back.
type CloseCode int

// The close codes, each with the reason that goes with it.
const (
	CloseGoingAway      CloseCode = 1001
	CloseInternal       CloseCode = 1011
	CloseRestart        CloseCode = 1012
	CloseBusy           CloseCode = 1013
	CloseResync         CloseCode = 4000
	CloseSlowConsumer   CloseCode = 4008
	CloseRateLimited    CloseCode = 4029
	CloseBadFrame       CloseCode = 4400
	CloseUnauthorized   CloseCode = 4401
	CloseForbidden      CloseCode = 4403
	CloseUnknownWebsite CloseCode = 4404
	CloseSessionClosed  CloseCode = 4410
)

var closeReasons = map[CloseCode]string{
	CloseGoingAway:      "going_away",
	CloseInternal:       "internal",
	CloseRestart:        "restart",
	CloseBusy:           "busy",
	CloseResync:         "resync",
	CloseSlowConsumer:   "slow_consumer",
	CloseRateLimited:    "rate_limited",
	CloseBadFrame:       "bad_frame",
	CloseUnauthorized:   "unauthorized",
	CloseForbidden:      "forbidden",
	CloseUnknownWebsite: "unknown_website",
	CloseSessionClosed:  "session_closed",
}

// Reason returns the text that is sent along with the code.
func (c CloseCode) Reason() string { return closeReasons[c] }

// Reconnect reports whether a client comes back by itself after this code.
func (c CloseCode) Reconnect() bool {
	switch c {
	case CloseGoingAway, 1006, CloseInternal, CloseRestart, CloseBusy:
		return true
	}
	return c >= 4000 && c <= 4399
}

// CloseFor returns the close code for a refusal that ends a connection: the one mapping of refusals to close codes.
func CloseFor(code chat.Code) CloseCode {
	switch code {
	case chat.CodeUnauthorized:
		return CloseUnauthorized
	case chat.CodeForbidden:
		return CloseForbidden
	case chat.CodeUnknownWebsite:
		return CloseUnknownWebsite
	case chat.CodeSessionClosed:
		return CloseSessionClosed
	case chat.CodeRateLimited:
		return CloseRateLimited
	case chat.CodeBusy, chat.CodeUnavailable:
		return CloseBusy
	case chat.CodeInternal:
		return CloseInternal
	default:
		return CloseBadFrame
	}
}
