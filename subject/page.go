package subject

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/parlor-chat/parlor/policy"
)

//go:embed page.html
var pageSource string

var page = template.Must(template.New("subject").Funcs(template.FuncMap{"time": when}).Parse(pageSource))

// WriteHTML writes the document as a page to read, complete in itself.
func (d *Document) WriteHTML(w io.Writer) error {
	return page.Execute(w, struct {
		*Document
		Style       template.CSS
		Facts       []fact
		Said, Noted []line
	}{d, template.CSS(policy.PageStyle), d.facts(), lines(d.Messages), lines(d.Notes)})
}

// WriteJSON writes the document as JSON, indented.
func (d *Document) WriteJSON(w io.Writer) error {
	return json.MarshalWrite(w, d, json.Deterministic(true), jsontext.WithIndent("  "))
}

func when(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

type fact struct{ Name, Value string }

// facts are what is known of the visitor and the conversation, without what is empty.
func (d *Document) facts() []fact {
	v, u := &d.Visitor, d.Visitor.Who()
	all := []fact{
		{"Name", u.Nickname}, {"E-mail", u.Email}, {"Phone", u.Phone}, {"Picture", u.Avatar},
	}
	if c := u.Company; c != nil {
		all = append(all, fact{"Company", strings.Join(slices.Concat([]string{c.Name, c.URL, c.Description}, c.Employment, c.Geolocation), ", ")})
	}
	all = append(all, fact{"Segments", strings.Join(v.Segments, ", ")})
	for _, key := range slices.Sorted(maps.Keys(v.Data)) {
		all = append(all, fact{"Data: " + key, fmt.Sprint(v.Data[key])})
	}
	if c := v.Consent; c != nil {
		all = append(all, fact{"Consent to tracking", map[bool]string{true: "given ", false: "refused "}[c.Tracking] + when(c.At)})
	}
	if v.Addr.IsValid() {
		all = append(all, fact{"Address of the last access", v.Addr.String()})
	}
	all = append(all,
		fact{"Last access", when(v.SeenAt)}, fact{"First access", when(d.Conversation.CreatedAt)},
		fact{"Language", v.Locale}, fact{"Time zone", v.Timezone}, fact{"Browser", v.Browser}, fact{"System", v.System},
		fact{"Pages in all", fmt.Sprint(v.Visits)}, fact{"Automated messages shown", strings.Join(v.Fired, ", ")},
		fact{"Conversation", d.Conversation.State})
	return slices.DeleteFunc(all, func(f fact) bool { return f.Value == "" })
}

// line is an entry of a log, as a reader sees it.
type line struct{ Who, When, Text string }

// entry is what a line is made of: the members of a wire frame that say something.
type entry struct {
	T       string         `json:"t"`
	From    string         `json:"from"`
	Content jsontext.Value `json:"content"`
	Text    string         `json:"text"`
	Name    string         `json:"name"`
	Data    map[string]any `json:"data"`
	At      int64          `json:"at"`
	Auto    string         `json:"auto"`
	Removed bool           `json:"removed"`
	By      struct {
		Name string `json:"name"`
	} `json:"by"`
}

func lines(frames []jsontext.Value) []line {
	all := make([]line, len(frames))
	for i, f := range frames {
		var e entry
		if json.Unmarshal(f, &e) != nil {
			all[i] = line{Text: string(f)}
			continue
		}
		all[i] = line{e.who(), when(time.UnixMilli(e.At)), e.text()}
	}
	return all
}

func (e *entry) who() string {
	switch {
	case e.Auto != "":
		return "automated message"
	case e.By.Name != "":
		return e.By.Name
	case e.From != "":
		return e.From
	default:
		return "page or system"
	}
}

func (e *entry) text() string {
	switch {
	case e.T == "note":
		return e.Text
	case e.Removed:
		return "(removed: consent withdrawn)"
	case e.T == "event":
		text := e.Name
		for _, key := range slices.Sorted(maps.Keys(e.Data)) {
			text += fmt.Sprintf("\n%s: %v", key, e.Data[key])
		}
		return text
	}
	var text string
	if json.Unmarshal(e.Content, &text) == nil {
		return text
	}
	var file struct {
		URL  string `json:"url"`
		Name string `json:"name"`
	}
	if json.Unmarshal(e.Content, &file) == nil {
		return strings.TrimSpace(file.Name + " " + file.URL)
	}
	return string(e.Content)
}
