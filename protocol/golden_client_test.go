package protocol_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
)

// asked is what a client's sample means: a command to a session, or else a frame that the connection itself answers.
type asked struct {
	command chat.Command
	frame   protocol.ClientFrame
}

var visitorAsks = map[string]asked{
	"hello": {frame: protocol.ClientFrame{
		T: "hello", Website: website.String(), Token: session.String() + ".Zm9ydHktdHdvIGlzIHRoZSBhbnN3ZXIgdG8gaXQgYWw", TokenID: "user-42",
		Resume: &protocol.Resume{Epoch: "9f3c21d07ab4e655", Seq: 12},
		Page:   &chat.Page{URL: "https://www.example.com/", Title: "Home", Referrer: "https://search.example/"},
		Locale: "fr-FR", Timezone: "Europe/Paris",
	}},
	"hello-new": {frame: protocol.ClientFrame{T: "hello", Ref: 1, Website: website.String()}},
	"message":   {command: chat.PostMessage{ID: firstID, Content: chat.Content{Type: chat.TypeText, Text: "Where is my parcel?"}}},
	"message-file": {command: chat.PostMessage{ID: otherID, Content: chat.Content{Type: chat.TypeFile, Attachment: chat.Attachment{
		URL: "https://files.example/invoice.pdf", Type: "application/pdf", Name: "invoice.pdf",
	}}}},
	"message-animation": {command: chat.PostMessage{ID: otherID, Content: chat.Content{Type: chat.TypeAnimation, Attachment: chat.Attachment{
		URL: "https://files.example/wave.gif", Type: "image/gif",
	}}}},
	"message-audio": {command: chat.PostMessage{ID: otherID, Content: chat.Content{Type: chat.TypeAudio, Attachment: chat.Attachment{
		URL: "https://files.example/voice.ogg", Type: "audio/ogg", Duration: 4.5,
	}}}},
	"typing":     {command: chat.Compose{On: true, Text: "Where is"}},
	"typing-off": {command: chat.Compose{}},
	"read":       {command: chat.MarkRead{Seq: 12}},
	"delivered":  {command: chat.MarkDelivered{Seq: 13}},
	"page": {command: chat.VisitPage{Page: chat.Page{
		URL: "https://www.example.com/pricing", Title: "Pricing", Referrer: "https://www.example.com/",
	}}},
	"history":       {frame: protocol.ClientFrame{T: "history", Ref: 3, Before: 101, Limit: 50}},
	"history-after": {frame: protocol.ClientFrame{T: "history", Ref: 3, After: 12}},
	"trigger":       {command: chat.FireTrigger{Name: "welcome"}},
	"user": {command: chat.SetUser{
		Nickname: new("Marie"), Email: new("marie@example.com"), Phone: new("+33 1 99 00 12 34"),
		Avatar: new("https://www.example.com/marie.png"), Company: company(),
	}},
	"user-clear":       {command: chat.SetUser{Nickname: new(""), ClearCompany: true}},
	"segments":         {command: chat.SetSegments{Segments: []string{"customer"}}},
	"segments-replace": {command: chat.SetSegments{Segments: []string{}, Overwrite: true}},
	"data":             {command: chat.SetData{Data: map[string]any{"plan": "pro", "seats": 5.0, "paid": true, "coupon": nil}}},
	"event": {command: chat.PushEvent{Event: chat.PageEvent{
		Name: "checkout", Data: map[string]any{"total": 12.0}, Color: "red",
	}}},
	"consent":           {command: chat.SetConsent{Tracking: true}},
	"consent-withdrawn": {command: chat.SetConsent{}},
	"reset":             {frame: protocol.ClientFrame{T: "reset", Ref: 5}},
	"ping":              {frame: protocol.ClientFrame{T: "ping"}},
}

var agentAsks = map[string]asked{
	"hello":       {frame: protocol.ClientFrame{T: "hello"}},
	"subscribe":   {frame: protocol.ClientFrame{T: "subscribe", Ref: 1, Website: website.String(), Filter: "open", Limit: 50}},
	"inbox":       {frame: protocol.ClientFrame{T: "inbox", Ref: 2, Website: website.String(), Filter: "resolved", Cursor: "GaSm0mAA", Limit: 50}},
	"unsubscribe": {frame: protocol.ClientFrame{T: "unsubscribe", Website: website.String()}},
	"visitors":    {frame: protocol.ClientFrame{T: "visitors", Ref: 3, Website: website.String(), Watch: true}},
	"open": {frame: ofSession(protocol.ClientFrame{
		T: "open", Ref: 4, Resume: &protocol.Resume{Epoch: "9f3c21d07ab4e655", Seq: 12, N: 3},
	})},
	"close":   {frame: ofSession(protocol.ClientFrame{T: "close"})},
	"message": {command: chat.PostMessage{ID: otherID, Content: chat.Content{Type: chat.TypeText, Text: "On its way."}}},
	"message-file": {command: chat.PostMessage{ID: otherID, Content: chat.Content{Type: chat.TypeFile, Attachment: chat.Attachment{
		URL: "https://files.example/label.png", Type: "image/png",
	}}}},
	"note":          {command: chat.PostNote{ID: noteID, Text: "Ask the warehouse."}},
	"typing":        {command: chat.Compose{On: true}},
	"read":          {command: chat.MarkRead{Seq: 13}},
	"delivered":     {command: chat.MarkDelivered{Seq: 13}},
	"assign":        {command: chat.Assign{Agent: adaID}},
	"assign-nobody": {command: chat.Assign{}},
	"state":         {command: chat.SetState{State: chat.StateResolved}},
	"block":         {command: chat.SetBlocked{Blocked: true}},
	"delete":        {command: chat.Erase{}},
	"history":       {frame: ofSession(protocol.ClientFrame{T: "history", Ref: 6, Before: 101, Limit: 50})},
	"history-after": {frame: ofSession(protocol.ClientFrame{T: "history", Ref: 6, After: 12})},
	"ping":          {frame: protocol.ClientFrame{T: "ping", Ref: 7}},
}

func ofSession(f protocol.ClientFrame) protocol.ClientFrame {
	f.Website, f.Session = website.String(), session.String()
	return f
}

func company() *chat.Company {
	return &chat.Company{
		Name: "Example", URL: "https://www.example.com/", Description: "Parcels",
		Employment: []string{"Buyer", "Purchasing"}, Geolocation: []string{"FR", "Paris"},
	}
}

func TestGoldenClient(t *testing.T) {
	for direction, asks := range map[string]map[string]asked{visitorToServer: visitorAsks, agentToServer: agentAsks} {
		frames := samplesOf(t, direction)
		for name := range asks {
			if frames[name] == nil {
				t.Errorf("%s: there is no sample %s", direction, name)
			}
		}
		for name, data := range frames {
			want, ok := asks[name]
			if !ok {
				t.Errorf("%s/%s: the test does not say what it means", direction, name)
				continue
			}
			checkAsked(t, direction+"/"+name, data, want)
		}
	}
}

func checkAsked(t *testing.T, name string, data []byte, want asked) {
	t.Helper()
	f, err := protocol.Decode(data)
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	command, refusal, ok := f.Command()
	if refusal != nil || ok != (want.command != nil) || !reflect.DeepEqual(command, want.command) {
		t.Errorf("%s: got command %+v, %v, %t; want %+v", name, command, refusal, ok, want.command)
	}
	if want.command == nil && !reflect.DeepEqual(*f, want.frame) {
		t.Errorf("%s: got frame %+v, want %+v", name, *f, want.frame)
	}
}

// Every frame that becomes a command has a sample, and those of agents say of which session they are.
func TestGoldenCommands(t *testing.T) {
	var have []string
	for _, direction := range []string{visitorToServer, agentToServer} {
		for name, data := range samplesOf(t, direction) {
			f, err := protocol.Decode(data)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, ok := f.Command(); !ok {
				continue
			}
			have = append(have, f.T)
			if direction == agentToServer && (f.Website != website.String() || f.Session != session.String()) {
				t.Errorf("%s/%s is of website %q, session %q", direction, name, f.Website, f.Session)
			}
		}
	}
	slices.Sort(have)
	if want := protocol.CommandFrames(); !slices.Equal(slices.Compact(have), want) {
		t.Errorf("samples for %v, want %v", slices.Compact(have), want)
	}
}
