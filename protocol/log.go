package protocol

import (
	"strconv"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/parlor-chat/parlor/chat"
)

// EncodeMessage returns the frame of a message: what is sent to everybody and what is stored.
func EncodeMessage(session chat.SessionID, m *chat.Message) []byte {
	text := len(m.Content.Text)
	b := make([]byte, 0, 208+text+text/16+sizeOfBy(m.From)+len(m.Trigger)) // a sixteenth for what has to be escaped
	b = append(b, `{"t":"message","session":"`...)
	b = session.AppendText(b)
	b = append(b, `","seq":`...)
	b = strconv.AppendUint(b, m.Seq, 10)
	b = append(b, `,"id":"`...)
	b = m.ID.AppendText(b)
	b = append(b, `","from":"`...)
	b = append(b, side(m.From.Role)...)
	b = append(b, `","type":"`...)
	b = append(b, m.Content.Type...)
	b = append(b, `","content":`...)
	if m.Content.Type == chat.TypeText {
		b = appendString(b, m.Content.Text)
	} else {
		b = appendValue(b, m.Content.Attachment)
	}
	b = append(b, `,"at":`...)
	b = strconv.AppendInt(b, m.At.UnixMilli(), 10)
	b = appendBy(b, m.From)
	if m.Trigger != "" {
		b = append(b, `,"auto":`...)
		b = appendString(b, m.Trigger)
	}
	return append(b, '}')
}

// side is who a reader sees as the sender: triggers speak for the website.
func side(r chat.Role) string {
	if r == chat.RoleVisitor {
		return "visitor"
	}
	return "agent"
}

// sizeOfBy is about what appendBy appends.
func sizeOfBy(p chat.Participant) int {
	if p.Role != chat.RoleAgent {
		return 0
	}
	return 80 + len(p.Name) + len(p.Avatar)
}

// appendBy appends who of the agents it was.
func appendBy(b []byte, p chat.Participant) []byte {
	if p.Role != chat.RoleAgent {
		return b
	}
	b = append(b, `,"by":{"id":"`...)
	b = p.Agent.AppendText(b)
	b = append(b, `","name":`...)
	b = appendString(b, p.Name)
	if p.Avatar != "" {
		b = append(b, `,"avatar":`...)
		b = appendString(b, p.Avatar)
	}
	return append(b, '}')
}

// EncodeNote returns the frame of an entry of the agents' log: a note or an event.
func EncodeNote(session chat.SessionID, n *chat.Note) []byte {
	b := make([]byte, 0, 208+len(n.Text)+len(n.Text)/16+sizeOfBy(n.By))
	if n.Event == nil {
		b = append(b, `{"t":"note","session":"`...)
	} else {
		b = append(b, `{"t":"event","session":"`...)
	}
	b = session.AppendText(b)
	b = append(b, `","n":`...)
	b = strconv.AppendUint(b, n.N, 10)
	b = append(b, `,"after":`...)
	b = strconv.AppendUint(b, n.After, 10)
	if e := n.Event; e != nil {
		b = append(b, `,"name":`...)
		b = appendString(b, e.Name)
		if len(e.Data) > 0 {
			b = append(b, `,"data":`...)
			b = appendValue(b, e.Data)
		}
		if e.Color != "" {
			b = append(b, `,"color":`...)
			b = appendString(b, e.Color)
		}
		if e.System {
			b = append(b, `,"system":true`...)
		}
	} else {
		b = append(b, `,"id":"`...)
		b = n.ID.AppendText(b)
		b = append(b, `","text":`...)
		b = appendString(b, n.Text)
	}
	b = append(b, `,"at":`...)
	b = strconv.AppendInt(b, n.At.UnixMilli(), 10)
	b = appendBy(b, n.By)
	return append(b, '}')
}

// appendString appends text as a JSON string. What is no UTF-8 becomes U+FFFD, which the error would only report: decoding lets none in.
func appendString(b []byte, text string) []byte {
	if isPlain(text) {
		b = append(b, '"')
		b = append(b, text...)
		return append(b, '"')
	}
	quoted, _ := jsontext.AppendQuote(b, text)
	return quoted
}

// isPlain reports whether a JSON string is the text between two quotes: printable ASCII without what has to be escaped.
func isPlain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// appendValue appends a value of a type that always encodes.
func appendValue(b []byte, v any) []byte {
	encoded, err := json.Marshal(v, encoding)
	if err != nil {
		panic("protocol: " + err.Error())
	}
	return append(b, encoded...)
}
