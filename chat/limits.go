package chat

import (
	"time"
	"unicode/utf8"
)

// Limits of what a participant may send. Sizes that end in Bytes count bytes of UTF-8, MaxTextChars counts code points.
const (
	MaxTextChars    = 4000
	MaxTypingChars  = 200
	MaxPreviewBytes = 120
	MaxNameBytes    = 256
	MaxTitleBytes   = 512
	MaxURLBytes     = 2048
	// MaxPages is how many visits a session remembers.
	MaxPages = 20
	// MaxSegments, MaxDataKeys and MaxDataBytes bound what a page can attach to a visitor.
	MaxSegments  = 50
	MaxDataKeys  = 50
	MaxDataBytes = 1024
	// MaxTemporaryNotes bounds what a page may add to the agents' log of a session that is kept in memory only. Agents may add as much
	// behind it: a page must not be able to keep them from blocking its visitor.
	MaxTemporaryNotes = 100
)

// Limits bound how fast a visitor may post (P11).
type Limits struct {
	// PerSecond messages on average, Burst at once.
	PerSecond float64
	Burst     int
}

// DefaultLimits suit people: nobody types faster than 5 messages a second; 20 at once are an offline queue that drains.
func DefaultLimits() Limits { return Limits{PerSecond: 5, Burst: 20} }

// bucketStep is added to every wait: rounded down, it would end a moment before the next message is allowed.
const bucketStep = time.Microsecond

// Bucket is a token bucket. The zero value is full.
type Bucket struct {
	used float64
	at   time.Time
}

// Take returns the bucket after one message, or how long to wait for the next.
func (b Bucket) Take(l Limits, now time.Time) (Bucket, time.Duration, bool) {
	if l.PerSecond <= 0 {
		return b, 0, true
	}
	used := max(0, b.used-max(0, now.Sub(b.at).Seconds())*l.PerSecond)
	if used+1 > float64(l.Burst) {
		wait := (used + 1 - float64(l.Burst)) / l.PerSecond
		return b, time.Duration(wait*float64(time.Second)) + bucketStep, false
	}
	return Bucket{used: used + 1, at: now}, 0, true
}

// Return returns the bucket after one Take was taken back.
func (b Bucket) Return() Bucket {
	b.used = max(0, b.used-1)
	return b
}

func checkText(text string) *Error {
	switch {
	case text == "":
		return refuse(CodeTextEmpty, "the text is empty")
	case len(text) > MaxTextChars && utf8.RuneCountInString(text) > MaxTextChars:
		return refuse(CodeTextTooLong, "the text has more than 4000 characters")
	}
	return nil
}
