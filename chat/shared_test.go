package chat

import (
	"strings"
	"testing"
	"time"
	"unsafe"
)

// TestVisitorsShareTexts: what two visitors have in common is in memory once; what a query says of one is not kept among the common texts.
func TestVisitorsShareTexts(t *testing.T) {
	visitor := func(url string) Visitor {
		p := Page{URL: strings.Clone(url), Title: strings.Clone("A page of the shop"), Referrer: strings.Clone("https://www.example.org/")}
		a := Access{Locale: strings.Clone("en"), Timezone: strings.Clone("Europe/Berlin"), Browser: strings.Clone("Firefox 128"), Page: p}
		return Visitor{}.accessed(a, time.Now())
	}
	same := func(a, b string) bool { return a == b && unsafe.StringData(a) == unsafe.StringData(b) }
	const page = "https://www.example.com/pricing"
	a, b := visitor(page), visitor(page)
	if p, q := a.Pages[0], b.Pages[0]; !same(a.Locale, b.Locale) || !same(a.Timezone, b.Timezone) || !same(a.Browser, b.Browser) ||
		!same(p.URL, q.URL) || !same(p.Title, q.Title) || !same(p.Referrer, q.Referrer) {
		t.Error("two visitors have the same texts twice")
	}
	if a.System != "" {
		t.Errorf("system %q", a.System)
	}
	if c, d := visitor(page+"?customer=1"), visitor(page+"?customer=1"); c.Pages[0].URL != d.Pages[0].URL || same(c.Pages[0].URL, d.Pages[0].URL) {
		t.Error("an address with a query is shared")
	}
}
