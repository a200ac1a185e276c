package chat_test

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/chat"
)

const needle = "needle7"

var needleAddr = netip.MustParseAddrPort("203.0.113.77:4711")

// fill puts the needle wherever a value can hold text, and the address wherever it can hold one.
func fill(v reflect.Value) {
	if v.Type() == reflect.TypeFor[netip.AddrPort]() {
		v.Set(reflect.ValueOf(needleAddr))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(needle)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf(needle), reflect.ValueOf(needle))
	case reflect.Struct:
		for _, f := range v.Fields() {
			if f.CanSet() {
				fill(f)
			}
		}
	}
}

func TestP9NothingPersonalCanBePrinted(t *testing.T) {
	for _, empty := range []any{
		chat.Visitor{}, chat.User{}, chat.Company{}, chat.Page{}, chat.PageVisit{}, chat.Access{}, chat.Agent{}, chat.Participant{},
		chat.Content{}, chat.Attachment{}, chat.Message{}, chat.Note{}, chat.PageEvent{}, chat.Head{}, chat.Session{},
		chat.PostMessage{}, chat.PostNote{}, chat.Compose{}, chat.VisitPage{}, chat.SetUser{}, chat.SetSegments{}, chat.SetData{}, chat.PushEvent{},
		chat.MessagePosted{}, chat.NotePosted{}, chat.VisitorChanged{}, chat.Composing{},
	} {
		p := reflect.New(reflect.TypeOf(empty))
		fill(p.Elem())
		for _, value := range []any{p.Interface(), p.Elem().Interface()} {
			printed := fmt.Sprintf("%v %+v %s", value, value, value) + fmt.Sprint(value) + fmt.Sprintln([]any{value}, map[string]any{"k": value})
			var log bytes.Buffer
			for _, h := range []slog.Handler{slog.NewTextHandler(&log, nil), slog.NewJSONHandler(&log, nil)} {
				slog.New(h).Info("x", "value", value)
			}
			for _, secret := range []string{needle, hex.EncodeToString([]byte(needle)), "203.0.113.77"} {
				if strings.Contains(printed, secret) {
					t.Errorf("%T prints %s", value, secret)
				}
				if strings.Contains(log.String(), secret) {
					t.Errorf("%T logs %s", value, secret)
				}
			}
		}
	}
}
