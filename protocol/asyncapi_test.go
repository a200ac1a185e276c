package protocol_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
	"github.com/parlor-chat/parlor/transport/socket"
)

// object is a JSON object as it is decoded.
type object = map[string]any

// asyncAPI is docs/asyncapi.yaml as plain JSON values.
type asyncAPI struct {
	root object
	// messages are the names in components.messages, by direction and type of frame.
	messages map[string]map[string]string
	compiler *jsonschema.Compiler
}

const asyncAPIFile = "../docs/asyncapi.yaml"

// operationOf is the operation for each direction.
var operationOf = map[string]string{
	visitorToServer: "receiveFromVisitor", agentToServer: "receiveFromAgent", serverToVisitor: "sendToVisitor", serverToAgent: "sendToAgent",
}

func loadAsyncAPI(t *testing.T) *asyncAPI {
	t.Helper()
	text, err := os.ReadFile(asyncAPIFile)
	if err != nil {
		t.Fatal(err)
	}
	var document any
	if err := yaml.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	plain, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	a := &asyncAPI{messages: make(map[string]map[string]string), compiler: jsonschema.NewCompiler()}
	if a.root, err = decodeObject(plain); err != nil {
		t.Fatal(err)
	}
	a.compiler.DefaultDraft(jsonschema.Draft7) // AsyncAPI's own schemas are a superset of it
	if err := a.compiler.AddResource("asyncapi", a.root); err != nil {
		t.Fatal(err)
	}
	for direction, operation := range operationOf {
		a.messages[direction] = make(map[string]string)
		for _, entry := range a.at(t, "#/operations/"+operation+"/messages").([]any) {
			inChannel := a.at(t, ref(entry)).(object)
			name := path.Base(ref(inChannel))
			kind, _ := a.at(t, ref(inChannel)).(object)["name"].(string)
			if a.messages[direction][kind] != "" {
				t.Errorf("%s names two messages of type %s", operation, kind)
			}
			a.messages[direction][kind] = name
		}
	}
	return a
}

// decodeObject decodes with exact numbers, as the schemas want it.
func decodeObject(text []byte) (object, error) {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	o, ok := v.(object)
	if !ok {
		return nil, fmt.Errorf("%T is no object", v)
	}
	return o, nil
}

// ref is what a reference object refers to.
func ref(v any) string {
	o, _ := v.(object)
	to, _ := o["$ref"].(string)
	return to
}

// at is what a JSON pointer in a fragment (RFC 6901) leads to.
func (a *asyncAPI) at(t *testing.T, pointer string) any {
	t.Helper()
	rest, ok := strings.CutPrefix(pointer, "#/")
	if !ok {
		t.Fatalf("%q is no reference into the document", pointer)
	}
	v := any(a.root)
	for name := range strings.SplitSeq(rest, "/") {
		o, ok := v.(object)
		if v = o[name]; !ok || v == nil {
			t.Fatalf("%s leads to nothing", pointer)
		}
	}
	return v
}

func (a *asyncAPI) payload(t *testing.T, message string) object {
	t.Helper()
	return a.resolve(t, a.at(t, "#/components/messages/"+message+"/payload").(object))
}

func (a *asyncAPI) resolve(t *testing.T, schema object) object {
	t.Helper()
	for ref(schema) != "" {
		schema = a.at(t, ref(schema)).(object)
	}
	return schema
}

func (a *asyncAPI) schema(t *testing.T, message string) *jsonschema.Schema {
	t.Helper()
	s, err := a.compiler.Compile("asyncapi#/components/messages/" + message + "/payload")
	if err != nil {
		t.Fatalf("%s: %v", message, err)
	}
	return s
}

// of is the message that describes a sample.
func (a *asyncAPI) of(t *testing.T, s indexed) string {
	t.Helper()
	message := a.messages[s.Direction][s.kind(t)]
	if message == "" {
		t.Fatalf("%s: %s has no message of type %s", s.File, operationOf[s.Direction], s.kind(t))
	}
	return message
}

func TestAsyncAPIIsSound(t *testing.T) {
	a := loadAsyncAPI(t)
	if a.root["asyncapi"] != "3.0.0" {
		t.Errorf("version %v", a.root["asyncapi"])
	}
	referenced := make(map[string]bool)
	walk(a.root, func(o object) {
		to := ref(o)
		if to == "" {
			return
		}
		if len(o) != 1 {
			t.Errorf("the members beside a reference to %s are ignored", to)
		}
		a.at(t, to)
		referenced[to] = true
	})
	for _, part := range []string{"messages", "schemas"} {
		for name := range a.at(t, "#/components/"+part).(object) {
			if !referenced["#/components/"+part+"/"+name] {
				t.Errorf("nothing refers to %s %s", part, name)
			}
		}
	}
	for name, channel := range a.root["channels"].(object) {
		for key, message := range channel.(object)["messages"].(object) {
			if !referenced["#/channels/"+name+"/messages/"+key] {
				t.Errorf("no operation has %s of channel %s", key, name)
			}
			if ref(message) != "#/components/messages/"+key {
				t.Errorf("%s of channel %s is %s", key, name, ref(message))
			}
		}
	}
	for name, operation := range a.root["operations"].(object) {
		channel := ref(operation.(object)["channel"])
		for _, message := range operation.(object)["messages"].([]any) {
			if !strings.HasPrefix(ref(message), channel+"/messages/") {
				t.Errorf("%s: %s is of another channel", name, ref(message))
			}
		}
	}
	for name, message := range a.at(t, "#/components/messages").(object) {
		m := message.(object)
		if kind := a.payload(t, name)["properties"].(object)["t"].(object)["const"]; kind != m["name"] || m["summary"] == nil {
			t.Errorf("%s is named %v, its type is %v, its summary %v", name, m["name"], kind, m["summary"])
		}
		a.schema(t, name)
	}
}

// walk visits every object.
func walk(v any, visit func(object)) {
	switch v := v.(type) {
	case object:
		visit(v)
		for _, member := range v {
			walk(member, visit)
		}
	case []any:
		for _, item := range v {
			walk(item, visit)
		}
	}
}

// Each sample fits the schema of its message, and does not when a member that the schema demands is missing or of another kind.
func TestAsyncAPIFitsSamples(t *testing.T) {
	a := loadAsyncAPI(t)
	for _, s := range samples(t) {
		message := a.of(t, s)
		schema := a.schema(t, message)
		frame, err := decodeObject(s.frame(t))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(frame); err != nil {
			t.Errorf("%s: %v", s.File, err)
		}
		required, _ := a.payload(t, message)["required"].([]any)
		if len(required) == 0 {
			t.Errorf("%s demands nothing", message)
		}
		for _, member := range required {
			without := maps.Clone(frame)
			delete(without, member.(string))
			if schema.Validate(without) == nil {
				t.Errorf("%s passes without %s", s.File, member)
			}
		}
		for member := range frame {
			broken := maps.Clone(frame)
			broken[member] = []any{[]any{}}
			if schema.Validate(broken) == nil {
				t.Errorf("%s passes whatever %s is", s.File, member)
			}
		}
	}
}

// Every member of the samples is described, and every member that is described stands in a sample.
func TestAsyncAPIDescribesEveryMember(t *testing.T) {
	a := loadAsyncAPI(t)
	seen := make(map[string]bool)
	for _, s := range samples(t) {
		frame, err := decodeObject(s.frame(t))
		if err != nil {
			t.Fatal(err)
		}
		message := a.of(t, s)
		a.compare(t, s.File, "#/components/messages/"+message+"/payload", frame, seen)
	}
	for name := range a.at(t, "#/components/messages").(object) {
		pointer := "#/components/messages/" + name + "/payload"
		for _, member := range slices.Sorted(maps.Keys(a.payload(t, name)["properties"].(object))) {
			// Any client's frame may carry ref; samples need not try each.
			if at := a.home(t, pointer) + " " + member; !seen[at] && member != "ref" {
				t.Errorf("%s stands in no sample", at)
			}
		}
	}
	for name, schema := range a.at(t, "#/components/schemas").(object) {
		members, _ := schema.(object)["properties"].(object)
		if schema.(object)["type"] != "object" {
			continue // a condition of another schema
		}
		for member := range members {
			if at := "#/components/schemas/" + name + " " + member; !seen[at] {
				t.Errorf("%s stands in no sample", at)
			}
		}
	}
}

// home is where the schema at a pointer really stands.
func (a *asyncAPI) home(t *testing.T, pointer string) string {
	t.Helper()
	for {
		to := ref(a.at(t, pointer))
		if to == "" {
			return pointer
		}
		pointer = to
	}
}

// compare notes which of the described members v has, and complains about those that nothing describes.
func (a *asyncAPI) compare(t *testing.T, file, pointer string, v any, seen map[string]bool) {
	t.Helper()
	pointer = a.home(t, pointer)
	schema := a.at(t, pointer).(object)
	alternatives, _ := schema["oneOf"].([]any)
	for i, alternative := range alternatives {
		inline := fmt.Sprintf("%s oneOf %d", pointer, i)
		if to := ref(alternative); to != "" {
			s, err := a.compiler.Compile("asyncapi" + to)
			if err != nil {
				t.Fatal(err)
			}
			if s.Validate(v) == nil {
				a.compare(t, file, to, v, seen)
			}
		} else if o, ok := v.(object); ok && alternative.(object)["type"] == "object" {
			a.compareMembers(t, file, inline, alternative.(object), o, seen)
		}
	}
	switch v := v.(type) {
	case object:
		if alternatives == nil {
			a.compareMembers(t, file, pointer, schema, v, seen)
		}
	case []any:
		for _, item := range v {
			if _, ok := schema["items"]; ok {
				a.compare(t, file, pointer+"/items", item, seen)
			}
		}
	}
}

func (a *asyncAPI) compareMembers(t *testing.T, file, pointer string, schema, v object, seen map[string]bool) {
	t.Helper()
	described, _ := schema["properties"].(object)
	for member, value := range v {
		seen[pointer+" "+member] = true
		switch {
		case described[member] != nil && strings.Contains(pointer, " oneOf "): // holds no further objects
		case described[member] != nil:
			a.compare(t, file, pointer+"/properties/"+member, value, seen)
		case schema["additionalProperties"] == nil:
			t.Errorf("%s: nothing describes %s in %s", file, member, pointer)
		}
	}
}

// The members of clients' frames are those that Decode reads.
func TestAsyncAPIDescribesClientFrame(t *testing.T) {
	a := loadAsyncAPI(t)
	read, described := make(map[string]bool), make(map[string]bool)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[protocol.ClientFrame]()) {
		if field.IsExported() {
			read[field.Tag.Get("json")] = true
		}
	}
	for _, direction := range []string{visitorToServer, agentToServer} {
		for _, message := range a.messages[direction] {
			for member := range a.payload(t, message)["properties"].(object) {
				described[member] = true
			}
		}
	}
	if !maps.Equal(read, described) {
		t.Errorf("Decode reads %v, described are %v", slices.Sorted(maps.Keys(read)), slices.Sorted(maps.Keys(described)))
	}
}

// errorCodes are the codes in the source of chat.
func errorCodes(t *testing.T) []string {
	t.Helper()
	source, err := os.ReadFile("../chat/errors.go")
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, m := range regexp.MustCompile(`(?m)^\tCode\w+\s+Code = "(\w+)"$`).FindAllSubmatch(source, -1) {
		codes = append(codes, string(m[1]))
	}
	slices.Sort(codes)
	if len(codes) < 10 || !slices.Contains(codes, string(chat.CodeInvalid)) {
		t.Fatalf("codes %v", codes)
	}
	return codes
}

// socketCodes are the close codes that the socket gives before there is a frame.
var socketCodes = []protocol.CloseCode{
	protocol.CloseCode(socket.CodeProtocol), protocol.CloseCode(socket.CodeUnsupported), protocol.CloseCode(socket.CodeInvalidUTF8),
	protocol.CloseCode(socket.CodePolicy), protocol.CloseCode(socket.CodeTooBig),
}

func closeCodes() []protocol.CloseCode {
	return slices.Sorted(slices.Values(append(protocol.CloseCodes(), socketCodes...)))
}

func TestAsyncAPICodes(t *testing.T) {
	a := loadAsyncAPI(t)
	var described []string
	for _, code := range a.at(t, "#/components/schemas/ErrorCode/enum").([]any) {
		described = append(described, code.(string))
	}
	slices.Sort(described)
	if want := errorCodes(t); !slices.Equal(described, want) {
		t.Errorf("error codes %v, want %v", described, want)
	}
	var codes []protocol.CloseCode
	for _, entry := range a.root["x-close-codes"].([]any) {
		e := entry.(object)
		n, err := e["code"].(json.Number).Int64()
		if err != nil {
			t.Fatal(err)
		}
		code := protocol.CloseCode(n)
		codes = append(codes, code)
		if reason, _ := e["reason"].(string); reason != code.Reason() || e["reconnect"] != code.Reconnect() {
			t.Errorf("%d: reason %q, reconnect %v; want %q, %t", code, reason, e["reconnect"], code.Reason(), code.Reconnect())
		}
	}
	want := append(closeCodes(), protocol.CloseCode(socket.CodeAbnormal))
	slices.Sort(want)
	if !slices.Equal(codes, want) {
		t.Errorf("close codes %v, want %v", codes, want)
	}
}
