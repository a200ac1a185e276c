package chat

import (
	"maps"
	"net/netip"
	"slices"
	"strings"
	"time"
	"unique"
)

// Visitor is what is known of the person behind a session. Values are replaced, never changed in place: copies share their slices and maps.
type Visitor struct {
	// User is nil until the page tells something.
	User     *User          `json:"user,omitzero"`
	Segments []string       `json:"segments,omitempty"`
	Data     map[string]any `json:"data,omitempty"`
	Locale   string         `json:"locale,omitempty"`
	Timezone string         `json:"timezone,omitempty"`
	Browser  string         `json:"browser,omitempty"`
	System   string         `json:"system,omitempty"`
	// Addr is the address and port of the last access (P9, P10).
	Addr netip.AddrPort `json:"addr"`
	// Pages are the last pages visited, newest first; the first is the current one.
	Pages []PageVisit `json:"pages,omitempty"`
	// Visits counts the pages of the whole session.
	Visits int `json:"visits,omitempty"`
	// Fired names the triggers that fired (P12).
	Fired []string `json:"fired,omitempty"`
	// Consent is nil until the visitor says something about tracking.
	Consent *Consent  `json:"consent,omitzero"`
	SeenAt  time.Time `json:"seen_at"`
}

// User is what the page told about its visitor.
type User struct {
	Nickname string   `json:"nickname,omitempty"`
	Email    string   `json:"email,omitempty"`
	Phone    string   `json:"phone,omitempty"`
	Avatar   string   `json:"avatar,omitempty"`
	Company  *Company `json:"company,omitempty"`
}

// Company is where the visitor works, as the page told it.
type Company struct {
	Name        string   `json:"name"`
	URL         string   `json:"url,omitempty"`
	Description string   `json:"description,omitempty"`
	Employment  []string `json:"employment,omitempty"`
	Geolocation []string `json:"geolocation,omitempty"`
}

// Page is a page of the website.
type Page struct {
	URL      string `json:"url"`
	Title    string `json:"title,omitempty"`
	Referrer string `json:"referrer,omitempty"`
}

// PageVisit is a page with the time of its visit.
type PageVisit struct {
	Page
	At time.Time `json:"at"`
}

// Access is what a connection brings along about its visitor.
type Access struct {
	Addr     netip.AddrPort
	Locale   string
	Timezone string
	Browser  string
	System   string
	Page     Page
}

// Who is what the page told about its visitor, as a copy.
func (v *Visitor) Who() User {
	if v.User == nil {
		return User{}
	}
	return *v.User
}

// shared is the same text, in memory once for all who have it: most visitors have few browsers and pages among them. It stays for as long as any of
// them does.
func shared(text string) string {
	if text == "" {
		return text
	}
	return unique.Make(text).Value()
}

func (v *Page) share() {
	v.Title = shared(v.Title)
	for _, url := range []*string{&v.URL, &v.Referrer} {
		if !strings.Contains(*url, "?") { // a query may be this visitor's alone
			*url = shared(*url)
		}
	}
}

// Share lets a visitor that was decoded have its texts in common with others, as one has that came by itself. It changes v in place: nobody else
// may have it yet.
func (v *Visitor) Share() {
	for _, text := range []*string{&v.Locale, &v.Timezone, &v.Browser, &v.System} {
		*text = shared(*text)
	}
	for i := range v.Pages {
		v.Pages[i].share()
	}
	for i := range v.Fired {
		v.Fired[i] = shared(v.Fired[i])
	}
}

// HasFired reports whether the trigger fired in this session.
func (v *Visitor) HasFired(trigger string) bool { return slices.Contains(v.Fired, trigger) }

// visited returns v with the page put in front.
func (v Visitor) visited(p Page, at time.Time) Visitor {
	p.share()
	keep := min(len(v.Pages), MaxPages-1)
	pages := make([]PageVisit, 0, keep+1)
	pages = append(pages, PageVisit{p, at})
	v.Pages = append(pages, v.Pages[:keep]...)
	v.Visits++
	return v
}

func (v Visitor) fired(trigger string) Visitor {
	v.Fired = append(slices.Clip(v.Fired), trigger)
	return v
}

// accessed returns v with what the connection brought; empty values leave what was known.
func (v Visitor) accessed(a Access, at time.Time) Visitor {
	v.Addr, v.SeenAt = a.Addr, at
	for _, f := range []struct {
		to   *string
		from string
	}{{&v.Locale, a.Locale}, {&v.Timezone, a.Timezone}, {&v.Browser, a.Browser}, {&v.System, a.System}} {
		if f.from != "" {
			*f.to = shared(f.from)
		}
	}
	if a.Page.URL == "" || (len(v.Pages) > 0 && v.Pages[0].Page == a.Page) {
		return v
	}
	return v.visited(a.Page, at)
}

func (v Visitor) withData(patch map[string]any) Visitor {
	data := make(map[string]any, len(v.Data)+len(patch))
	maps.Copy(data, v.Data)
	for key, value := range patch {
		if value == nil {
			delete(data, key)
		} else {
			data[key] = value
		}
	}
	v.Data = data
	return v
}

func (v Visitor) withSegments(segments []string, overwrite bool) Visitor {
	var all []string
	if !overwrite {
		all = slices.Clone(v.Segments)
	}
	for _, s := range segments {
		if !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	v.Segments = all
	return v
}
