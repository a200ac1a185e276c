package socket

// Code is a WebSocket close code (RFC 6455, section 7.4).
type Code int

// The close codes that this package uses by itself.
const (
	CodeNormal       Code = 1000
	CodeGoingAway    Code = 1001
	CodeProtocol     Code = 1002
	CodeUnsupported  Code = 1003
	CodeNoStatus     Code = 1005 // is never sent: the peer's close frame had no code
	CodeAbnormal     Code = 1006 // is never sent: the connection ended without a close frame
	CodeInvalidUTF8  Code = 1007
	CodePolicy       Code = 1008
	CodeTooBig       Code = 1009
	CodeSlowConsumer Code = 4008
	CodeUnauthorized Code = 4401
)

// reason is what a peer is told with a code that the guard gives.
func (c Code) reason() string {
	switch c {
	case CodeProtocol:
		return "protocol error"
	case CodePolicy:
		return "too many frames"
	case CodeTooBig:
		return "message too big"
	default:
		return ""
	}
}
