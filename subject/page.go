package subject

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
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

//go:embed page.css
var pageStyle string

var page = template.Must(template.New("subject").Funcs(template.FuncMap{"time": when}).Parse(pageSource))

// WriteHTML writes the document as a page to read, complete in itself. Wherever it is kept, it loads nothing and runs nothing.
func (d *Document) WriteHTML(w io.Writer) error {
	style := policy.PageStyle + pageStyle
	sum := sha256.Sum256([]byte(style))
	return page.Execute(w, struct {
		*Document
		Style       template.CSS
		Security    string
		Facts       []fact
		Said, Noted []line
	}{
		d, template.CSS(style), "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
		d.facts(), d.lines(d.Messages), d.lines(d.Notes),
	})
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
		told := slices.Concat([]string{c.Name, c.URL, c.Description}, c.Employment, c.Geolocation)
		all = append(all, fact{"Company", strings.Join(slices.DeleteFunc(told, func(s string) bool { return s == "" }), ", ")})
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
		fact{"Pages in all", fmt.Sprint(v.Visits)}, fact{"Automated messages shown", strings.Join(v.Fired, ", ")})
	if d.Conversation.Blocked {
		all = append(all, fact{"Blocked", "yes: messages of the visitor are refused"})
	}
	if d.Conversation.Started {
		all = append(all, fact{"Conversation", d.Conversation.State})
	}
	return slices.DeleteFunc(all, func(f fact) bool { return f.Value == "" })
}

// line is an entry of a log, as a reader sees it.
type line struct {
	Who, When, Text string
	// URL is where a file is.
	URL string
	// Visitor says that it is of the visitor.
	Visitor bool
}

// entry is what a line is made of: the members of a wire frame that say something.
type entry struct {
	T       string         `json:"t"`
	From    string         `json:"from"`
	Content jsontext.Value `json:"content"`
	Text    string         `json:"text"`
	Name    string         `json:"name"`
	Data    map[string]any `json:"data"`
	System  bool           `json:"system"`
	At      int64          `json:"at"`
	Auto    string         `json:"auto"`
	Removed bool           `json:"removed"`
	By      struct {
		Name string `json:"name"`
	} `json:"by"`
}

func (d *Document) lines(frames []jsontext.Value) []line {
	all := make([]line, len(frames))
	for i, f := range frames {
		var e entry
		if json.Unmarshal(f, &e) != nil {
			all[i] = line{Text: string(f)}
			continue
		}
		all[i] = line{Who: e.who(d.Visitor.Who().Nickname), When: when(time.UnixMilli(e.At)), Visitor: e.From == "visitor"}
		all[i].Text, all[i].URL = e.said()
	}
	return all
}

// who is whose entry it is: the visitor has the name that the page told.
func (e *entry) who(visitor string) string {
	switch {
	case e.Auto != "":
		return "Automated message"
	case e.By.Name != "":
		return e.By.Name
	case e.From == "visitor" && visitor != "":
		return visitor + " (visitor)"
	case e.From == "visitor":
		return "Visitor"
	case e.From != "":
		return "Agent"
	case e.System:
		return "Server"
	default:
		return "Event of the page"
	}
}

// said is what the entry says, and where the file is if it is one.
func (e *entry) said() (text, url string) {
	switch {
	case e.T == "note":
		return e.Text, ""
	case e.Removed:
		return "(removed: consent withdrawn)", ""
	case e.T == "event":
		text := e.Name
		for _, key := range slices.Sorted(maps.Keys(e.Data)) {
			text += fmt.Sprintf("\n%s: %v", key, e.Data[key])
		}
		return text, ""
	}
	if json.Unmarshal(e.Content, &text) == nil {
		return text, ""
	}
	var file struct {
		URL  string `json:"url"`
		Name string `json:"name"`
		Type string `json:"type"`
	}
	if json.Unmarshal(e.Content, &file) != nil {
		return string(e.Content), ""
	}
	if file.Type != "" {
		file.Name = strings.TrimSpace(file.Name + " (" + file.Type + ")")
	}
	return file.Name, file.URL
}
