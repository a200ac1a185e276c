package chat

import (
	"math"
	"net/url"
	"unicode/utf8"
)

func checkContent(c Content) *Error {
	switch c.Type {
	case TypeText:
		return checkText(c.Text)
	case TypeFile, TypeAnimation, TypeAudio:
		a := c.Attachment
		if len(a.URL) > MaxURLBytes || !isWebURL(a.URL) {
			return invalid("content.url: an http or https URL of at most 2048 bytes")
		}
		if a.Type == "" || len(a.Type) > MaxNameBytes || len(a.Name) > MaxNameBytes {
			return invalid("content.type: needed; content.type and content.name: at most 256 bytes")
		}
		if a.Duration < 0 || math.IsInf(a.Duration, 0) || math.IsNaN(a.Duration) {
			return invalid("content.duration: zero or more seconds")
		}
		return nil
	default:
		return invalid("type: text, file, animation or audio")
	}
}

func checkPage(p Page) *Error {
	if p.URL == "" || len(p.URL) > MaxURLBytes || len(p.Referrer) > MaxURLBytes || len(p.Title) > MaxTitleBytes {
		return invalid("page: a url; url and referrer at most 2048 bytes, title at most 512")
	}
	return nil
}

// checkData allows the values that a page may attach: string, number, boolean, and nil, which removes.
func checkData(data map[string]any) *Error {
	for key, value := range data {
		if key == "" || len(key) > MaxNameBytes {
			return invalid("data: keys of 1 to 256 bytes")
		}
		switch v := value.(type) {
		case nil, bool:
		case float64:
			if math.IsInf(v, 0) || math.IsNaN(v) {
				return invalid("data: numbers that JSON has")
			}
		case string:
			if len(v) > MaxDataBytes {
				return invalid("data: strings of at most 1024 bytes")
			}
		default:
			return invalid("data: strings, numbers and booleans only")
		}
	}
	return nil
}

// Clean returns the access with values that are too long cut, since a visitor is not to be turned away for a long title.
func (a Access) Clean() Access {
	a.Locale, a.Timezone = cutBytes(a.Locale, 35), cutBytes(a.Timezone, 64)
	a.Browser, a.System = cutBytes(a.Browser, 64), cutBytes(a.System, 64)
	if len(a.Page.URL) > MaxURLBytes {
		a.Page = Page{}
	}
	a.Page.Title = cutBytes(a.Page.Title, MaxTitleBytes)
	a.Page.Referrer = cutBytes(a.Page.Referrer, MaxURLBytes)
	return a
}

func isWebURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func cutBytes(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

func cutChars(text string, limit int) string {
	n := 0
	for i := range text {
		if n == limit {
			return text[:i]
		}
		n++
	}
	return text
}
