package transport

import (
	"slices"
	"strings"
)

// program is what a browser or a system calls itself, and what agents are shown.
type program struct{ mark, name string }

// What is known. The order matters: most name others too. The last one is everybody else.
var (
	browsers = []program{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Vivaldi/", "Vivaldi"},
		{"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
		{},
	}
	systems = []program{
		{"Windows", "Windows"}, {"iPhone", "iOS"}, {"iPad", "iPadOS"}, {"Android", "Android"}, {"CrOS", "ChromeOS"},
		{"Mac OS X", "macOS"}, {"Linux", "Linux"}, {},
	}
)

// userAgent is what the header of that name told, as places in the lists. The header itself is not kept.
type userAgent struct{ browser, system uint8 }

func parseUserAgent(header string) userAgent {
	return userAgent{find(browsers, header), find(systems, header)}
}

// browserName and systemName are empty where the program is not known.
func (u userAgent) browserName() string { return browsers[u.browser].name }
func (u userAgent) systemName() string  { return systems[u.system].name }

// find is the place of the first whose mark is in the header; the last one's is in each.
func find(known []program, header string) uint8 {
	return uint8(slices.IndexFunc(known, func(p program) bool { return strings.Contains(header, p.mark) }))
}
