package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/engine"
)

type websiteCmd struct {
	Add  websiteAddCmd  `cmd:"" help:"Add a website and print the line that embeds its chatbox."`
	List websiteListCmd `cmd:"" help:"List the websites."`
	Set  websiteSetCmd  `cmd:"" help:"Change a website; what is not named stays."`
}

// websiteFlags are the settings of a website; nil ones stay as they are.
type websiteFlags struct {
	Origin         []string       `help:"Origin whose pages may embed the chatbox: https://www.example.com, https://*.example.com, or * for all. Repeat for more."`
	Color          *string        `help:"Color of the chatbox: blue, green, amber, …"`
	Greeting       *string        `help:"What a new visitor is greeted with."`
	CookieMode     *string        `help:"When the session cookie is set: load, open or consent."`
	CookieDomain   *string        `help:"Domain that the cookie covers; empty finds the site's base domain."`
	CookieMaxAge   *time.Duration `help:"How long the cookie lasts without a visit, such as 4320h."`
	IPRetention    *time.Duration `name:"ip-retention" help:"How long a conversation's IP address is kept after the last access: 0 for as long as the conversation, else at least 8760h."`
	Identify       *string        `name:"identification" help:"How long identification records are kept, also when the conversation is deleted: none, or at least 8760h."`
	Conversations  *time.Duration `name:"conversation-retention" help:"How long a conversation is kept after the last message: 0 until an agent deletes it, else at least 24h."`
	TypingPreview  *bool          `negatable:"" help:"Let agents read along while the visitor types."`
	RequireConsent *bool          `negatable:"" help:"Keep segments, custom data and events of a visitor only with the visitor's consent."`
	Triggers       string         `help:"YAML file with the list of triggers: name, message, and after and url for those that run by themselves." type:"existingfile" placeholder:"FILE"`
}

func set[T any](field *T, flag *T) {
	if flag != nil {
		*field = *flag
	}
}

// apply changes a website.
func (f *websiteFlags) apply(w *chat.Website) error {
	if len(f.Origin) > 0 {
		w.Origins = f.Origin
	}
	set(&w.Color, f.Color)
	set(&w.Greeting, f.Greeting)
	set((*string)(&w.Cookie.Mode), f.CookieMode)
	set(&w.Cookie.Domain, f.CookieDomain)
	set(&w.Cookie.MaxAge, f.CookieMaxAge)
	set(&w.Retain.IP, f.IPRetention)
	set(&w.Retain.Conversations, f.Conversations)
	if err := f.identification(&w.Retain); err != nil {
		return err
	}
	set(&w.TypingPreview, f.TypingPreview)
	set(&w.RequireConsent, f.RequireConsent)
	if f.Triggers == "" {
		return nil
	}
	triggers, err := readTriggers(f.Triggers)
	w.Triggers = triggers
	return err
}

// identification reads the term of identification records.
func (f *websiteFlags) identification(r *chat.Retention) (err error) {
	switch {
	case f.Identify == nil:
	case *f.Identify == "none":
		r.Identification = chat.NoIdentification
	default:
		if r.Identification, err = time.ParseDuration(*f.Identify); err != nil || r.Identification <= 0 {
			return fmt.Errorf("identification %q: use none, or a term such as 8760h", *f.Identify)
		}
	}
	return nil
}

// triggerFile is one trigger as an operator writes it.
type triggerFile struct {
	Name    string         `yaml:"name"`
	After   *time.Duration `yaml:"after"`
	URL     string         `yaml:"url"`
	Message string         `yaml:"message"`
}

func readTriggers(path string) ([]chat.Trigger, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	decoder := yaml.NewDecoder(f)
	decoder.KnownFields(true)
	var list []triggerFile
	if err := decoder.Decode(&list); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	triggers := make([]chat.Trigger, len(list))
	for i, t := range list {
		triggers[i] = chat.Trigger{Name: t.Name, After: t.After, URLPrefix: t.URL, Message: t.Message}
	}
	return triggers, nil
}

type websiteAddCmd struct {
	Name  string       `arg:"" help:"Name that visitors see."`
	Flags websiteFlags `embed:""`
}

// Run implements the command.
func (c *websiteAddCmd) Run(ctx context.Context, s *settings, o output) (err error) {
	d, l, err := s.directory(ctx, o)
	if err != nil {
		return err
	}
	defer closing(d, &err)
	w := engine.NewWebsite(c.Name)
	if err := c.Flags.apply(&w); err != nil {
		return err
	}
	w, err = d.PutWebsite(ctx, w)
	if err != nil {
		return err
	}
	fmt.Fprintf(o.out, "Added website %s.\n\nEmbed the chatbox with this line, before </body> of every page:\n\n%s\n", w.ID, embedLine(l.Config, w.ID))
	if len(w.Origins) == 0 {
		fmt.Fprintf(o.out, "\nNo page may embed it yet: name your site with\n\n  parlor website set %s --origin https://www.example.com\n", w.ID)
	}
	return nil
}

// embedLine is the one line for a page.
func embedLine(c engine.Config, id chat.WebsiteID) string {
	host := "https://chat.example.com"
	if len(c.HTTP.PublicURLs) > 0 {
		host = strings.TrimSuffix(c.HTTP.PublicURLs[0], "/")
	}
	return fmt.Sprintf(`<script>window.$crisp=[];window.CRISP_WEBSITE_ID=%q</script><script src="%s/l.js" async></script>`, id.String(), host)
}

type websiteListCmd struct{}

// Run implements the command.
func (websiteListCmd) Run(ctx context.Context, s *settings, o output) (err error) {
	d, _, err := s.directory(ctx, o)
	if err != nil {
		return err
	}
	defer closing(d, &err)
	websites, err := d.Websites(ctx)
	if err != nil {
		return err
	}
	return table(o.out, []string{"ID", "NAME", "ORIGINS", "COOKIE", "CONSENT"}, func(row func(...string)) {
		for _, w := range websites {
			consent := "not required"
			if w.RequireConsent {
				consent = "required"
			}
			row(w.ID.String(), w.Name, strings.Join(w.Origins, " "), string(w.Cookie.Mode), consent)
		}
	})
}

type websiteSetCmd struct {
	ID    string       `arg:"" help:"Id of the website."`
	Name  *string      `help:"Name that visitors see."`
	Flags websiteFlags `embed:""`
}

// Run implements the command.
func (c *websiteSetCmd) Run(ctx context.Context, s *settings, o output) (err error) {
	d, _, err := s.directory(ctx, o)
	if err != nil {
		return err
	}
	defer closing(d, &err)
	w, err := findWebsite(ctx, d, c.ID)
	if err != nil {
		return err
	}
	set(&w.Name, c.Name)
	if err := c.Flags.apply(&w); err != nil {
		return err
	}
	if _, err = d.PutWebsite(ctx, w); err != nil {
		return err
	}
	fmt.Fprintf(o.out, "Changed website %s.\n", w.ID)
	return nil
}

func findWebsite(ctx context.Context, d engine.Directory, text string) (chat.Website, error) {
	websites, err := d.Websites(ctx)
	if err != nil {
		return chat.Website{}, err
	}
	for _, w := range websites {
		if strings.EqualFold(w.ID.String(), text) {
			return w, nil
		}
	}
	return chat.Website{}, fmt.Errorf("there is no website %s; parlor website list shows them", text)
}

// closing closes the directory and keeps the first error.
func closing(d engine.Directory, err *error) {
	if e := d.Close(); *err == nil {
		*err = e
	}
}

// table writes rows in columns.
func table(w io.Writer, head []string, rows func(row func(...string))) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(cells ...string) { fmt.Fprintln(t, strings.Join(cells, "\t")) }
	row(head...)
	rows(row)
	return t.Flush()
}
