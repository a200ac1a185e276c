package actors

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// Site is a website as this node knows it: its settings, and who answers for it now. All connections of the website share one.
type Site struct {
	settings atomic.Pointer[siteSettings]
	presence atomic.Pointer[Presence]
}

type siteSettings struct {
	website chat.Website
	rules   chat.Rules
	policy  string // the version of its policy document
}

// Website returns the settings as they are now.
func (s *Site) Website() chat.Website { return s.settings.Load().website }

// Presence returns who answers now.
func (s *Site) Presence() Presence {
	if p := s.presence.Load(); p != nil {
		return *p
	}
	return Presence{}
}

func (s *Site) rules() chat.Rules { return s.settings.Load().rules }

func (s *Site) policy() string { return s.settings.Load().policy }

// websites keeps the sites that this node serves. They are few and read often.
type websites struct {
	store  persistence.Directory
	limits chat.Limits
	policy func(chat.Website) string // nil: policies have no versions
	sites  sync.Map                  // chat.WebsiteID -> *Site
}

func newWebsites(c Config) *websites {
	return &websites{store: c.Store, limits: c.Limits, policy: c.Policy}
}

// get returns a site, from the store the first time. Errors are the store's.
func (w *websites) get(ctx context.Context, id chat.WebsiteID) (*Site, error) {
	if site, ok := w.sites.Load(id); ok {
		return site.(*Site), nil
	}
	website, err := w.store.Website(ctx, id)
	if err != nil {
		return nil, err
	}
	site := new(Site)
	site.settings.Store(w.settings(website))
	kept, _ := w.sites.LoadOrStore(id, site)
	return kept.(*Site), nil
}

// put makes changed settings known to everything that holds the site.
func (w *websites) put(website chat.Website) {
	site := new(Site)
	site.settings.Store(w.settings(website))
	if kept, loaded := w.sites.LoadOrStore(website.ID, site); loaded {
		kept.(*Site).settings.Store(w.settings(website))
	}
}

func (w *websites) settings(website chat.Website) *siteSettings {
	s := &siteSettings{website: website, rules: chat.Rules{
		Limits: w.limits, Triggers: website.Triggers, RequireConsent: website.RequireConsent,
	}}
	if w.policy != nil {
		s.policy = w.policy(website)
	}
	return s
}

// Site returns a website as this node knows it. Errors: persistence.ErrNotFound, or the store's.
func (s *System) Site(ctx context.Context, id chat.WebsiteID) (*Site, error) {
	return s.websites.get(ctx, id)
}

// WebsiteChanged makes changed settings known to running sessions and connections.
func (s *System) WebsiteChanged(w chat.Website) { s.websites.put(w) }
