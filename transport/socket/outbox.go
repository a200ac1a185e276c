package socket

import (
	"encoding/binary"
	"strings"
)

// batchBytes is how much is written at once: enough for many small frames, little enough to copy.
const batchBytes = 32 << 10

// frameOverheadBytes is what a queued frame costs beside its bytes: without it, many tiny frames would hold far more than the bound says.
const frameOverheadBytes = 24

// firstFrames is for how many frames there is room at first: most often one waits, and under load some.
const firstFrames = 4

// maxReasonBytes is what a close frame has room for (RFC 6455, section 5.5).
const maxReasonBytes = maxControlBytes - 2

// outbox is what waits to be written. The connection's mutex covers it.
type outbox struct {
	frames [][]byte
	bytes  int
	// controls are pings and pongs, behind what is left of a frame that SendNow began: nothing may come before that.
	controls []byte
	// writing says that the writer exists, written is closed when it ends, writeBegan says since when it is in a write, 0 for not.
	writing    bool
	written    chan struct{}
	writeBegan int64
	// asked is when a ping was written, since when the peer is expected to answer; 0 when none is due. A ping that this side had no time yet
	// to write asks nothing.
	asked int64
	// wrote is when something was written last.
	wrote int64
	// farewell says that no more frames are taken. It is nil until then.
	farewell *farewell
}

// farewell is how a connection ends.
type farewell struct {
	code   Code
	reason string
	// since is when the connection was closed; taken says that the writer has the close frame: nothing may follow it (RFC 6455, section 5.5.1).
	// left is when that was written, 0 for not yet.
	since int64
	taken bool
	left  int64
}

// closing reports whether no more frames are taken.
func (o *outbox) closing() bool { return o.farewell != nil }

// What asked is while the ping is not written: it waits, or the writer has it.
const (
	askWaits = -2
	askTaken = -1
)

// add queues a message. It reports whether it fits; if not, all that waits is dropped.
func (o *outbox) add(frame []byte, limit int) bool {
	cost := cost(frame, limit)
	if o.bytes+cost > limit {
		o.frames, o.bytes = nil, 0
		return false
	}
	if o.frames == nil {
		o.frames = make([][]byte, 0, firstFrames)
	}
	o.frames = append(o.frames, frame)
	o.bytes += cost
	return true
}

// cost is what a frame counts for: at most half of the limit, so that one large answer, which the writer had no time yet to take, is not
// mistaken for a slow reader.
func cost(frame []byte, limit int) int { return min(len(frame)+frameOverheadBytes, limit/2) }

// close notes why the connection ends. It reports false when that was known before.
func (o *outbox) close(code Code, reason string, now int64) bool {
	if o.closing() {
		return false
	}
	o.farewell = &farewell{code: code, reason: strings.ToValidUTF8(reason[:min(len(reason), maxReasonBytes)], ""), since: now}
	return true
}

// take moves what waits into b, in the order in which it may leave: pings and pongs, messages, the close frame last.
func (o *outbox) take(b []byte, limit int) []byte {
	if o.closing() && o.farewell.taken {
		return b
	}
	b = append(b, o.controls...)
	o.controls = nil
	if o.asked == askWaits {
		o.asked = askTaken
	}
	n := 0
	for n < len(o.frames) && (n == 0 || len(b)+len(o.frames[n]) < batchBytes) {
		b = appendFrame(b, finBit|opText, o.frames[n])
		o.bytes -= cost(o.frames[n], limit)
		o.frames[n] = nil
		n++
	}
	if n < len(o.frames) {
		o.frames = o.frames[n:]
		return b
	}
	o.frames = nil
	if o.closing() {
		o.farewell.taken = true
		b = o.farewell.append(b)
	}
	return b
}

// append appends the close frame. Codes that must not be sent have an empty one, and a peer that is gone gets none.
func (f *farewell) append(b []byte) []byte {
	switch f.code {
	case CodeAbnormal:
		return b
	case CodeNoStatus:
		return appendFrame(b, finBit|opClose, nil)
	}
	payload := binary.BigEndian.AppendUint16(make([]byte, 0, maxControlBytes), uint16(f.code))
	return appendFrame(b, finBit|opClose, append(payload, f.reason...))
}

// abandon gives up what cannot be written any more.
func (o *outbox) abandon(now int64) {
	o.close(CodeAbnormal, "", now)
	o.frames, o.bytes, o.controls, o.farewell.taken = nil, 0, nil, true
}

// appendFrame appends an unmasked, unfragmented frame (RFC 6455, section 5.2).
func appendFrame(b []byte, first byte, payload []byte) []byte {
	switch n := len(payload); {
	case n < 126:
		b = append(b, first, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, first, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, first, 127), uint64(n))
	}
	return append(b, payload...)
}
