package protocol

import "unicode/utf8"

// decodePlain reads the frames that come all the time, a tenth of the general decoder's work: one flat object without white space, of a few
// members that are each there once, with strings that need no unescaping. It reports false for everything else, valid or not; what is in f is then
// to be thrown away. What it accepts, the general decoder reads the same.
func decodePlain(data []byte, f *ClientFrame) bool {
	p := plain{rest: data}
	if !p.skip('{') {
		return false
	}
	var seen uint16
	for more := true; more; more = p.skip(',') {
		name, ok := p.text()
		if !ok || !p.skip(':') {
			return false
		}
		member, ok := p.member(string(name), f)
		if !ok || seen&member != 0 {
			return false
		}
		seen |= member
	}
	return p.skip('}') && len(p.rest) == 0
}

// plain is what is left to read.
type plain struct{ rest []byte }

// member reads a member's value and returns the member's bit.
func (p *plain) member(name string, f *ClientFrame) (bit uint16, ok bool) {
	switch name {
	case "t":
		return 1 << 0, p.word(&f.T, "message", "typing", "read", "delivered")
	case "type":
		return 1 << 1, p.word(&f.Type, "text")
	case "id":
		return 1 << 2, p.string(&f.ID)
	case "content":
		return 1 << 3, p.string(&f.plain) && f.plain != ""
	case "website":
		return 1 << 4, p.string(&f.Website)
	case "session":
		return 1 << 5, p.string(&f.Session)
	case "text":
		return 1 << 6, p.string(&f.Text)
	case "ref":
		return 1 << 7, p.ref(&f.Ref)
	}
	return 0, false
}

func (p *plain) skip(c byte) bool {
	if len(p.rest) == 0 || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// text reads a string in which nothing is escaped.
func (p *plain) text() ([]byte, bool) {
	if !p.skip('"') {
		return nil, false
	}
	ascii := true
	for i, c := range p.rest {
		switch {
		case c == '"':
			text := p.rest[:i]
			p.rest = p.rest[i+1:]
			return text, ascii || utf8.Valid(text)
		case c == '\\' || c < ' ':
			return nil, false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, false
}

// word reads a string that is one of a few: each of these is in memory once.
func (p *plain) word(to *string, words ...string) bool {
	text, ok := p.text()
	for _, w := range words {
		if ok && string(text) == w {
			*to = w
			return true
		}
	}
	return false
}

func (p *plain) string(to *string) bool {
	text, ok := p.text()
	*to = string(text)
	return ok
}

// maxRefDigits is how many digits a reference has at most.
const maxRefDigits = 10

// ref reads a whole number.
func (p *plain) ref(to *int64) bool {
	n := 0
	for n < len(p.rest) && p.rest[n]-'0' <= 9 {
		*to = *to*10 + int64(p.rest[n]-'0')
		if n++; n > maxRefDigits {
			return false
		}
	}
	zero := n > 1 && p.rest[0] == '0' // no JSON
	p.rest = p.rest[n:]
	return n > 0 && !zero
}
