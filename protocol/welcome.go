package protocol

import (
	"strconv"

	"github.com/parlor-chat/parlor/chat"
)

// EncodeWelcome is Encode for the frame that greets every page of a website: to a visitor who only looks it is the only one. What few visitors
// have is encoded by reflection here too.
func EncodeWelcome(w *VisitorWelcome) []byte {
	b := make([]byte, 0, w.size())
	b = append(b, `{"t":"welcome"`...)
	b = appendRef(b, w.Ref)
	b = append(b, `,"session":"`...)
	b = w.Session.AppendText(b)
	b = append(b, '"')
	b = appendOptional(b, `,"token":`, w.Token)
	b = append(b, `,"epoch":`...)
	b = appendString(b, w.Epoch)
	b = append(b, `,"resume":`...)
	b = appendString(b, w.Resume)
	b = append(b, `,"seq":`...)
	b = strconv.AppendUint(b, w.Seq, 10)
	b = append(b, `,"unread":`...)
	b = strconv.AppendUint(b, uint64(w.Unread), 10)
	b = append(b, `,"ongoing":`...)
	b = strconv.AppendBool(b, w.Ongoing)
	b = append(b, `,"read":`...)
	b = appendMarks(b, w.Read)
	b = append(b, `,"delivered":`...)
	b = appendMarks(b, w.Delivered)
	b = w.appendVisitor(b)
	b = append(b, `,"website":`...)
	b = w.Website.append(b)
	b = append(b, `,"online":`...)
	b = strconv.AppendBool(b, w.Online)
	b = append(b, `,"agents":`...)
	b = appendList(b, w.Agents, (*AgentInfo).append)
	if w.Cookie != nil {
		b = append(b, `,"cookie":`...)
		b = w.Cookie.append(b)
	}
	if w.Consent != nil {
		b = append(b, `,"consent":`...)
		b = w.Consent.append(b)
	}
	b = append(b, `,"triggers":`...)
	b = appendList(b, w.Triggers, (*TriggerInfo).append)
	b = append(b, `,"preview":`...)
	b = strconv.AppendBool(b, w.Preview)
	b = append(b, `,"limits":`...)
	b = w.Limits.append(b)
	return append(b, '}')
}

// size is about what the frame of a visitor takes of whom nothing is known.
func (w *VisitorWelcome) size() int {
	n := 480 + len(w.Token) + len(w.Website.Name) + len(w.Website.Greeting)
	if w.Cookie != nil {
		n += 96 + len(w.Cookie.Name)
	}
	return n + 160*len(w.Agents) + 80*len(w.Triggers)
}

// appendVisitor appends what the page told of the visitor, which most pages do not.
func (w *VisitorWelcome) appendVisitor(b []byte) []byte {
	b = append(b, `,"user":`...)
	if w.User == (chat.User{}) {
		b = append(b, `{}`...)
	} else {
		b = appendValue(b, w.User)
	}
	b = append(b, `,"segments":`...)
	b = appendList(b, w.Segments, func(s *string, b []byte) []byte { return appendString(b, *s) })
	b = append(b, `,"data":`...)
	if len(w.Data) == 0 {
		return append(b, `{}`...)
	}
	return appendValue(b, w.Data)
}

func (w *WebsiteInfo) append(b []byte) []byte {
	b = append(b, `{"id":"`...)
	b = w.ID.AppendText(b)
	b = append(b, `","name":`...)
	b = appendString(b, w.Name)
	b = appendOptional(b, `,"color":`, w.Color)
	b = appendOptional(b, `,"greeting":`, w.Greeting)
	return append(b, '}')
}

func (a *AgentInfo) append(b []byte) []byte {
	b = append(b, `{"id":"`...)
	b = a.ID.AppendText(b)
	b = append(b, `","name":`...)
	b = appendString(b, a.Name)
	b = appendOptional(b, `,"avatar":`, a.Avatar)
	b = appendOptional(b, `,"email":`, a.Email)
	if a.Online != nil {
		b = append(b, `,"online":`...)
		b = strconv.AppendBool(b, *a.Online)
	}
	return append(b, '}')
}

func (c *CookieInfo) append(b []byte) []byte {
	b = append(b, `{"name":`...)
	b = appendString(b, c.Name)
	b = append(b, `,"mode":`...)
	b = appendString(b, string(c.Mode))
	b = append(b, `,"max_age":`...)
	b = strconv.AppendInt(b, c.MaxAge, 10)
	b = append(b, `,"domain":`...)
	b = appendString(b, c.Domain)
	b = append(b, `,"by":`...)
	b = appendString(b, c.By)
	return append(b, '}')
}

func (t *TriggerInfo) append(b []byte) []byte {
	b = append(b, `{"name":`...)
	b = appendString(b, t.Name)
	if t.AfterMS != nil {
		b = append(b, `,"after_ms":`...)
		b = strconv.AppendInt(b, *t.AfterMS, 10)
	}
	b = appendOptional(b, `,"url":`, t.URL)
	return append(b, '}')
}

func (l LimitsInfo) append(b []byte) []byte {
	b = append(b, `{"text_chars":`...)
	b = strconv.AppendInt(b, int64(l.TextChars), 10)
	b = append(b, `,"frame_bytes":`...)
	b = strconv.AppendInt(b, int64(l.FrameBytes), 10)
	b = append(b, `,"pending":`...)
	b = strconv.AppendInt(b, int64(l.Pending), 10)
	return append(b, '}')
}

func appendMarks(b []byte, m chat.Marks) []byte {
	b = append(b, `{"visitor":`...)
	b = strconv.AppendUint(b, m.Visitor, 10)
	b = append(b, `,"agent":`...)
	b = strconv.AppendUint(b, m.Agent, 10)
	return append(b, '}')
}

// appendOptional appends a member, name included, unless its text is empty.
func appendOptional(b []byte, name, text string) []byte {
	if text == "" {
		return b
	}
	return appendString(append(b, name...), text)
}

// appendList appends an array.
func appendList[T any](b []byte, list []T, one func(*T, []byte) []byte) []byte {
	b = append(b, '[')
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(&list[i], b)
	}
	return append(b, ']')
}
