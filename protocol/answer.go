package protocol

import (
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/parlor-chat/parlor/chat"
)

// encoding options: deterministic, so that golden files hold; invalid UTF-8 becomes U+FFFD instead of an error.
var encoding = json.JoinOptions(
	json.Deterministic(true),
	jsontext.AllowInvalidUTF8(true),
	json.FormatNilSliceAsNull(false),
)

// EncodeAck answers a message or a note with its number. session is zero towards visitors, who have only one.
//
// The capacities here and in log.go are what the longest frame of each kind takes, so that a frame is one allocation.
func EncodeAck(session chat.SessionID, ref int64, id chat.MessageID, seq uint64, atMillis int64) []byte {
	b := make([]byte, 0, 176)
	b = append(b, `{"t":"ack"`...)
	b = appendRef(b, ref)
	if !session.IsZero() {
		b = append(b, `,"session":"`...)
		b = session.AppendText(b)
		b = append(b, '"')
	}
	b = append(b, `,"id":"`...)
	b = id.AppendText(b)
	b = append(b, `","seq":`...)
	b = strconv.AppendUint(b, seq, 10)
	b = append(b, `,"at":`...)
	b = strconv.AppendInt(b, atMillis, 10)
	return append(b, '}')
}

// EncodeDone answers a command that has no answer of its own.
func EncodeDone(ref int64) []byte {
	return append(appendRef(append(make([]byte, 0, 32), `{"t":"ack"`...), ref), '}')
}

// EncodeFired answers a trigger: whether it fired now.
func EncodeFired(ref int64, fired bool) []byte {
	b := appendRef(append(make([]byte, 0, 48), `{"t":"ack"`...), ref)
	b = append(b, `,"fired":`...)
	b = strconv.AppendBool(b, fired)
	return append(b, '}')
}

// EncodeError refuses a command. id is zero for what is no message and no note.
func EncodeError(ref int64, id chat.MessageID, e *chat.Error) []byte {
	b := appendRef(append(make([]byte, 0, 144+len(e.Message)), `{"t":"error"`...), ref)
	if id != (chat.MessageID{}) {
		b = append(b, `,"id":"`...)
		b = id.AppendText(b)
		b = append(b, '"')
	}
	b = append(b, `,"code":"`...)
	b = append(b, e.Code...)
	b = append(b, `","message":`...)
	b = appendString(b, e.Message)
	if e.Retry > 0 {
		b = append(b, `,"retry_ms":`...)
		b = strconv.AppendInt(b, max(1, e.Retry.Milliseconds()), 10)
	}
	return append(b, '}')
}

func appendRef(b []byte, ref int64) []byte {
	if ref == 0 {
		return b
	}
	b = append(b, `,"ref":`...)
	return strconv.AppendInt(b, ref, 10)
}
