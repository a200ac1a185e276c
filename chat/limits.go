package chat

import (
	"math"
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

// Bucket is a token bucket, of which every visitor has two: all it knows is when it will be full again. The zero value is full.
type Bucket struct {
	// full is in nanoseconds since the process began, never 0 once something was taken.
	full int64
}

// began is what times are counted from: what a clock is set to meanwhile does not matter (G20).
var began = time.Now()

// each is how long the bucket needs for one message.
func (l Limits) each() time.Duration {
	return time.Duration(math.Round(float64(time.Second) / l.PerSecond))
}

// Take returns the bucket after one message, or how long to wait for the next.
func (b Bucket) Take(l Limits, now time.Time) (Bucket, time.Duration, bool) {
	if l.PerSecond <= 0 {
		return b, 0, true
	}
	at, full := now.Sub(began), time.Duration(b.full)
	if full == 0 || full < at {
		full = at
	}
	full += l.each()
	if wait := full - at - time.Duration(l.Burst)*l.each(); wait > 0 {
		return b, wait + bucketStep, false
	}
	if full == 0 {
		full = 1
	}
	return Bucket{int64(full)}, 0, true
}

// Return returns the bucket after one Take with the same limits was taken back.
func (b Bucket) Return(l Limits) Bucket {
	if b.full != 0 && l.PerSecond > 0 {
		b.full -= int64(l.each())
	}
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
