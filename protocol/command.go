package protocol

import (
	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/parlor-chat/parlor/chat"
)

func invalid(message string) *chat.Error {
	return &chat.Error{Code: chat.CodeInvalid, Message: message}
}

// Command returns what the frame asks of a session, for the frames that are a session's business. The third result is false for
// all others (hello, history, subscribe …).
func (f *ClientFrame) Command() (chat.Command, *chat.Error, bool) {
	build, ok := commands[f.T]
	if !ok {
		return nil, nil, false
	}
	c, err := build(f)
	return c, err, true
}

var commands = map[string]func(*ClientFrame) (chat.Command, *chat.Error){
	"message":   (*ClientFrame).message,
	"note":      (*ClientFrame).note,
	"typing":    (*ClientFrame).typing,
	"read":      (*ClientFrame).read,
	"delivered": (*ClientFrame).delivered,
	"page":      (*ClientFrame).page,
	"trigger":   (*ClientFrame).trigger,
	"user":      (*ClientFrame).user,
	"segments":  (*ClientFrame).segments,
	"data":      (*ClientFrame).data,
	"event":     (*ClientFrame).event,
	"consent":   (*ClientFrame).consent,
	"assign":    (*ClientFrame).assign,
	"state":     (*ClientFrame).state,
	"block":     (*ClientFrame).block,
	"delete":    (*ClientFrame).erase,
}

func (f *ClientFrame) message() (chat.Command, *chat.Error) {
	id, err := chat.ParseMessageID(f.ID)
	if err != nil {
		return nil, invalid("id: 32 lowercase hexadecimal digits")
	}
	content, refusal := f.content()
	return chat.PostMessage{ID: id, Content: content}, refusal
}

func (f *ClientFrame) content() (chat.Content, *chat.Error) {
	content := chat.Content{Type: chat.MessageType(f.Type)}
	if f.plain != "" && content.Type == chat.TypeText {
		content.Text = f.plain
		return content, nil
	}
	if content.Type == chat.TypeText {
		if err := json.Unmarshal(f.Content, &content.Text, options); err != nil || f.Content.Kind() != '"' {
			return content, invalid("content: a string for type text")
		}
		return content, nil
	}
	if err := json.Unmarshal(f.Content, &content.Attachment, options); err != nil || f.Content.Kind() != '{' {
		return content, invalid("content: an object for this type")
	}
	return content, nil
}

func (f *ClientFrame) note() (chat.Command, *chat.Error) {
	id, err := chat.ParseMessageID(f.ID)
	if err != nil {
		return nil, invalid("id: 32 lowercase hexadecimal digits")
	}
	return chat.PostNote{ID: id, Text: f.Text}, nil
}

func (f *ClientFrame) typing() (chat.Command, *chat.Error) {
	return chat.Compose{On: f.On, Text: f.Text}, nil
}

func (f *ClientFrame) read() (chat.Command, *chat.Error) {
	if f.Seq == 0 {
		return nil, invalid("seq: from 1")
	}
	return chat.MarkRead{Seq: f.Seq}, nil
}

func (f *ClientFrame) delivered() (chat.Command, *chat.Error) {
	if f.Seq == 0 {
		return nil, invalid("seq: from 1")
	}
	return chat.MarkDelivered{Seq: f.Seq}, nil
}

func (f *ClientFrame) page() (chat.Command, *chat.Error) {
	return chat.VisitPage{Page: chat.Page{URL: f.URL, Title: f.Title, Referrer: f.Referrer}}, nil
}

func (f *ClientFrame) trigger() (chat.Command, *chat.Error) {
	if f.Name == "" {
		return nil, invalid("name: needed")
	}
	return chat.FireTrigger{Name: f.Name}, nil
}

func (f *ClientFrame) user() (chat.Command, *chat.Error) {
	var c chat.SetUser
	for _, m := range []struct {
		name string
		from jsontext.Value
		to   **string
	}{
		{"nickname", f.Nickname, &c.Nickname},
		{"email", f.Email, &c.Email},
		{"phone", f.Phone, &c.Phone},
		{"avatar", f.Avatar, &c.Avatar},
	} {
		switch m.from.Kind() {
		case jsontext.KindInvalid:
		case 'n':
			*m.to = new(string)
		case '"':
			*m.to = new(string)
			if json.Unmarshal(m.from, *m.to, options) != nil {
				return nil, invalid(m.name + ": a string or null")
			}
		default:
			return nil, invalid(m.name + ": a string or null")
		}
	}
	switch f.Company.Kind() {
	case jsontext.KindInvalid:
	case 'n':
		c.ClearCompany = true
	default:
		if json.Unmarshal(f.Company, &c.Company, options) != nil {
			return nil, invalid("company: an object or null")
		}
	}
	return c, nil
}

func (f *ClientFrame) segments() (chat.Command, *chat.Error) {
	return chat.SetSegments{Segments: f.Segments, Overwrite: f.Overwrite}, nil
}

func (f *ClientFrame) data() (chat.Command, *chat.Error) {
	if len(f.Data) == 0 {
		return nil, invalid("data: an object with at least one member")
	}
	return chat.SetData{Data: f.Data}, nil
}

func (f *ClientFrame) event() (chat.Command, *chat.Error) {
	return chat.PushEvent{Event: chat.PageEvent{Name: f.Name, Data: f.Data, Color: f.Color}}, nil
}

func (f *ClientFrame) consent() (chat.Command, *chat.Error) {
	if f.Tracking == nil {
		return nil, invalid("tracking: true or false")
	}
	return chat.SetConsent{Tracking: *f.Tracking}, nil
}

func (f *ClientFrame) assign() (chat.Command, *chat.Error) {
	if f.Agent == nil {
		return chat.Assign{}, nil
	}
	id, err := chat.ParseAgentID(*f.Agent)
	if err != nil {
		return nil, invalid("agent: an agent's id or null")
	}
	return chat.Assign{Agent: id}, nil
}

func (f *ClientFrame) state() (chat.Command, *chat.Error) {
	state, ok := chat.ParseState(f.State)
	if !ok {
		return nil, invalid("state: pending, unresolved or resolved")
	}
	return chat.SetState{State: state}, nil
}

func (f *ClientFrame) block() (chat.Command, *chat.Error) {
	return chat.SetBlocked{Blocked: f.Blocked}, nil
}

func (f *ClientFrame) erase() (chat.Command, *chat.Error) { return chat.Erase{}, nil }
