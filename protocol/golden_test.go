package protocol_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/chat"
)

var update = flag.Bool("update", false, "write the samples of what the server sends, and the index, anew")

const golden = "testdata/golden"

// The directions of frames, which are the folders of their samples.
const (
	visitorToServer = "visitor-to-server"
	agentToServer   = "agent-to-server"
	serverToVisitor = "server-to-visitor"
	serverToAgent   = "server-to-agent"
)

var directions = []string{visitorToServer, agentToServer, serverToVisitor, serverToAgent}

// The participants and ids of all samples.
var (
	website = must(chat.ParseWebsiteID("8c1f6a0e-3a62-4c57-9a51-0f5f2a1d7b11"))
	session = must(chat.ParseSessionID("session_5b0e9a3c-2f47-4d18-8e6b-7c1d2a9f4e30"))
	other   = must(chat.ParseSessionID("session_c9d8e7f6-1a2b-4c3d-9e8f-0a1b2c3d4e5f"))
	adaID   = must(chat.ParseAgentID("3f7d2c81-90ab-4e5f-b6c3-1a2b3c4d5e6f"))
	graceID = must(chat.ParseAgentID("b2a4c6e8-1357-4924-8d0f-6e5d4c3b2a19"))
	firstID = must(chat.ParseMessageID("0f8fad5bd9cb469fa16570867728950e"))
	otherID = must(chat.ParseMessageID("77a0c1d2e3f445566778899aabbccdde"))
	noteID  = must(chat.ParseMessageID("5d41402abc4b2a76b9719d911017c592"))
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// indexed is one line of index.json, by which other programs find the samples.
type indexed struct {
	File      string `json:"file"`
	Direction string `json:"direction"`
}

func (i indexed) frame(t testing.TB) []byte {
	t.Helper()
	frame, ok := bytes.CutSuffix(readGolden(t, i.File), []byte("\n"))
	if !ok {
		t.Fatalf("%s does not end with a line's end", i.File)
	}
	return frame
}

// kind is the frame's type.
func (i indexed) kind(t testing.TB) string {
	t.Helper()
	var head struct{ T string }
	if err := json.Unmarshal(i.frame(t), &head); err != nil {
		t.Fatalf("%s: %v", i.File, err)
	}
	return head.T
}

func readGolden(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(golden, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// samples lists every sample that there is.
func samples(t testing.TB) []indexed {
	t.Helper()
	var all []indexed
	for _, direction := range directions {
		files, err := filepath.Glob(filepath.Join(golden, direction, "*.json"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%d samples %s: %v", len(files), direction, err)
		}
		for _, file := range files {
			all = append(all, indexed{path.Join(direction, filepath.Base(file)), direction})
		}
	}
	return all
}

// samplesOf are the samples of one direction, by their name without folder and suffix.
func samplesOf(t testing.TB, direction string) map[string][]byte {
	t.Helper()
	byName := make(map[string][]byte)
	for _, s := range samples(t) {
		if s.Direction == direction {
			byName[strings.TrimSuffix(path.Base(s.File), ".json")] = s.frame(t)
		}
	}
	return byName
}

// A sample is named after its frame's type, perhaps with what is special about it behind a hyphen.
func TestGoldenNames(t *testing.T) {
	for _, s := range samples(t) {
		name, _, _ := strings.Cut(strings.TrimSuffix(path.Base(s.File), ".json"), "-")
		if kind := s.kind(t); kind != name {
			t.Errorf("%s holds a frame of type %s", s.File, kind)
		}
	}
}

func TestGoldenIndex(t *testing.T) {
	var b bytes.Buffer
	b.WriteString("[\n")
	for i, s := range samples(t) {
		if i > 0 {
			b.WriteString(",\n")
		}
		line, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(line)
	}
	b.WriteString("\n]\n")
	checkGolden(t, "index.json", b.Bytes())
}

// checkGolden demands that a file holds exactly want, or writes it.
func checkGolden(t *testing.T, name string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(filepath.Join(golden, filepath.FromSlash(name)), want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := readGolden(t, name); !bytes.Equal(got, want) {
		t.Errorf("%s holds\n%swant\n%sIs the change meant? Then: go test ./protocol -run Golden -update", name, got, want)
	}
}
