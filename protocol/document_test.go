package protocol_test

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/parlor-chat/parlor/protocol"
)

// headings are where docs/protocol.md describes the frames of each direction.
var headings = map[string][2]string{
	visitorToServer: {"## 3. Visitors", "### From the client"},
	serverToVisitor: {"## 3. Visitors", "### From the server"},
	agentToServer:   {"## 4. Agents", "### From the client"},
	serverToAgent:   {"## 4. Agents", "### From the server"},
}

func document(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// part is the text below a heading, up to the next one of the same level or above.
func part(t *testing.T, text, heading string) string {
	t.Helper()
	_, below, ok := strings.Cut(text, "\n"+heading+"\n")
	if !ok {
		t.Fatalf("there is no %q", heading)
	}
	level := strings.IndexByte(heading, ' ')
	if end := regexp.MustCompile(fmt.Sprintf(`(?m)^#{1,%d} `, level)).FindStringIndex(below); end != nil {
		below = below[:end[0]]
	}
	return below
}

var (
	jsonBlock = regexp.MustCompile("(?s)```json\n(.*?)```")
	codeSpan  = regexp.MustCompile("`([^`]+)`")
	frameHead = regexp.MustCompile(`^\{"t":"([a-z]+)"`)
	bareWord  = regexp.MustCompile(`^[a-z_]+$`)
)

// examples are the values of all JSON blocks.
func examples(t *testing.T, text string) [][]byte {
	t.Helper()
	var all [][]byte
	for _, block := range jsonBlock.FindAllStringSubmatch(text, -1) {
		d := jsontext.NewDecoder(strings.NewReader(block[1]))
		for {
			value, err := d.ReadValue()
			if err != nil {
				if strings.TrimSpace(block[1][d.InputOffset():]) != "" {
					t.Errorf("%v in %s", err, block[1])
				}
				break
			}
			all = append(all, value.Clone())
		}
	}
	return all
}

// cells are the code spans in the first column of the table with this heading, row by row.
func cells(t *testing.T, text, heading string) (rows [][]string, lines []string) {
	t.Helper()
	for table := text; ; {
		_, after, ok := strings.Cut(table, "\n| "+heading+" |")
		if !ok {
			break
		}
		body := strings.Split(after, "\n")[2:]
		table = after
		for _, line := range body {
			if !strings.HasPrefix(line, "| ") {
				break
			}
			first, _, _ := strings.Cut(line[2:], " | ")
			var spans []string
			for _, span := range codeSpan.FindAllStringSubmatch(first, -1) {
				spans = append(spans, span[1])
			}
			rows, lines = append(rows, spans), append(lines, line)
		}
	}
	if len(rows) == 0 {
		t.Fatalf("there is no table of %s", heading)
	}
	return rows, lines
}

// Every example is a sample, or a part of one: what the page shows is what is tested.
func TestDocumentExamplesAreGolden(t *testing.T) {
	var frames [][]byte
	for _, s := range samples(t) {
		frames = append(frames, s.frame(t))
	}
	all := examples(t, document(t))
	if len(all) < 10 {
		t.Fatalf("%d examples", len(all))
	}
	for _, example := range all {
		compact := jsontext.Value(example)
		if err := compact.Compact(); err != nil {
			t.Fatal(err)
		}
		holds := func(frame []byte) bool {
			return bytes.Equal(frame, compact) || (!frameHead.Match(compact) && bytes.Contains(frame, compact))
		}
		if !slices.ContainsFunc(frames, holds) {
			t.Errorf("no sample is %s", compact)
		}
	}
}

// The page, the samples and the AsyncAPI document name the same frames in each direction.
func TestDocumentNamesEveryFrame(t *testing.T) {
	a := loadAsyncAPI(t)
	text := document(t)
	for direction, heading := range headings {
		section := part(t, part(t, text, heading[0]), heading[1])
		named := make(map[string]bool)
		for _, example := range examples(t, section) {
			if head := frameHead.FindSubmatch(example); head != nil {
				named[string(head[1])] = true
			}
		}
		rows, _ := cells(t, section, "frame")
		for _, span := range slices.Concat(rows...) {
			if head := frameHead.FindStringSubmatch(span); head != nil {
				named[head[1]] = true
			} else if bareWord.MatchString(span) {
				named[span] = true
			}
		}
		sampled := make(map[string]bool)
		for _, s := range samples(t) {
			if s.Direction == direction {
				sampled[s.kind(t)] = true
			}
		}
		for kind := range named {
			if !sampled[kind] {
				t.Errorf("%s: %s has no sample", direction, kind)
			}
		}
		for kind := range sampled {
			if !named[kind] {
				t.Errorf("%s: the page does not name %s", direction, kind)
			}
		}
		for kind := range a.messages[direction] {
			if !sampled[kind] {
				t.Errorf("%s: %s has a message in asyncapi.yaml and no sample", direction, kind)
			}
		}
	}
}

// The frames that the tables spell out in full are valid.
func TestDocumentTablesAreValid(t *testing.T) {
	a := loadAsyncAPI(t)
	text := document(t)
	for direction, heading := range headings {
		checked := 0
		rows, _ := cells(t, part(t, part(t, text, heading[0]), heading[1]), "frame")
		for _, span := range slices.Concat(rows...) {
			head := frameHead.FindStringSubmatch(span)
			if head == nil || strings.ContainsRune(span, '…') {
				continue
			}
			frame, err := decodeObject([]byte(span))
			if err != nil {
				t.Errorf("%s: %v", span, err)
				continue
			}
			if err := a.schema(t, a.messages[direction][head[1]]).Validate(frame); err != nil {
				t.Errorf("%s: %v", span, err)
			}
			checked++
		}
		if checked == 0 && direction != serverToAgent { // whose frames all name a website or a session, which the tables leave out
			t.Errorf("%s: no frame is spelled out", direction)
		}
	}
}

func TestDocumentCodes(t *testing.T) {
	section := part(t, document(t), "## 6. Errors and close codes")
	rows, _ := cells(t, section, "code")
	named := slices.Concat(rows...)
	slices.Sort(named)
	if want := errorCodes(t); !slices.Equal(named, want) {
		t.Errorf("error codes %v, want %v", named, want)
	}

	_, lines := cells(t, section, "close code")
	var codes []protocol.CloseCode
	for _, line := range lines {
		column := strings.Split(line, " | ")
		for number := range strings.SplitSeq(strings.TrimPrefix(column[0], "| "), ", ") {
			n, err := strconv.Atoi(number)
			if err != nil {
				t.Fatal(err)
			}
			code := protocol.CloseCode(n)
			codes = append(codes, code)
			if code.Reason() != "" && !strings.Contains(column[1], "`"+code.Reason()+"`") {
				t.Errorf("%d: the reason is %s: %s", code, code.Reason(), line)
			}
			if strings.HasPrefix(column[2], "yes") != code.Reconnect() {
				t.Errorf("%d: reconnect is %t: %s", code, code.Reconnect(), line)
			}
		}
	}
	slices.Sort(codes)
	if want := slices.Sorted(slices.Values(append(closeCodes(), 1006))); !slices.Equal(codes, want) {
		t.Errorf("close codes %v, want %v", codes, want)
	}
}
