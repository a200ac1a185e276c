package socket

import (
	"bytes"
	"encoding/binary"
	"testing"

	"pgregory.net/rapid"
)

// wireFrame is one frame as a client might send it.
type wireFrame struct {
	first  byte
	masked bool
	length int
}

func (f wireFrame) append(b []byte) []byte {
	mask := byte(0)
	if f.masked {
		mask = maskBit
	}
	switch {
	case f.length < 126:
		b = append(b, f.first, mask|byte(f.length))
	case f.length < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, f.first, mask|126), uint16(f.length))
	default:
		b = binary.BigEndian.AppendUint64(append(b, f.first, mask|127), uint64(f.length))
	}
	if f.masked {
		b = append(b, 0xff, 0xff, 0xff, 0xff) // looks like headers, and so does the payload
	}
	for range f.length {
		b = append(b, 0x81)
	}
	return b
}

// judge is what the guard must say, written the simple way: frame by frame.
func judge(frames []wireFrame, l *Limits) (code Code, between bool) {
	inMessage, count, bytes, controls := false, 0, 0, 0
	for _, f := range frames {
		if f.first&opControl != 0 {
			controls++
			switch {
			case f.length > 125:
				return CodeProtocol, false
			case controls > maxControlFrames:
				return CodePolicy, false
			}
			continue
		}
		count, bytes, inMessage = count+1, bytes+f.length, true
		switch {
		case bytes > l.MessageBytes:
			return CodeTooBig, false
		case count > l.Frames:
			return CodePolicy, false
		}
		if f.first&finBit != 0 {
			inMessage, count, bytes = false, 0, 0
		}
	}
	return 0, !inMessage
}

// TestGuardWhateverTheCuts feeds random frames in random pieces: the verdict is that of the frames.
func TestGuardWhateverTheCuts(t *testing.T) {
	limits := &Limits{MessageBytes: 300, Frames: 4}
	frame := rapid.Custom(func(t *rapid.T) wireFrame {
		return wireFrame{
			first:  rapid.SampledFrom([]byte{0x81, 0x81, 0x01, 0x00, 0x80, 0x89, 0x8A, 0x82}).Draw(t, "first"),
			masked: rapid.Bool().Draw(t, "masked"),
			length: rapid.SampledFrom([]int{0, 0, 1, 2, 50, 100, 125, 126, 200, 301, 70_000}).Draw(t, "length"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		frames := rapid.SliceOfN(frame, 0, 150).Draw(t, "frames")
		var wire []byte
		for _, f := range frames {
			wire = f.append(wire)
		}
		wantCode, wantBetween := judge(frames, limits)
		var g guard
		var code Code
		for len(wire) > 0 && code == 0 {
			n := rapid.IntRange(1, min(len(wire), 400)).Draw(t, "piece")
			code = follow(&g, wire[:n], limits)
			wire = wire[n:]
		}
		if code != wantCode || code == 0 && g.between() != wantBetween {
			t.Fatalf("code %d, between %v; want %d, %v", code, g.between(), wantCode, wantBetween)
		}
	})
}

// follow feeds a piece to the guard, frame by frame.
func follow(g *guard, p []byte, l *Limits) Code {
	for len(p) > 0 {
		n, _, code := g.next(p, l)
		if code != 0 {
			return code
		}
		p = p[n:]
	}
	return 0
}

// TestUnitsWhateverTheCuts divides random frames that came in random pieces: each message leaves whole when its last frame is there, and each
// control frame at once. Nothing is kept between two messages.
func TestUnitsWhateverTheCuts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var wire, message []byte
		var want [][]byte
		begun := false
		for i := range rapid.IntRange(0, 40).Draw(t, "frames") {
			f := wireFrame{masked: true, length: rapid.SampledFrom([]int{0, 1, 30, 125, 126, 3000, 70_000}).Draw(t, "length")}
			kind := rapid.SampledFrom([]byte{opText, finBit | opText, finBit | opPing, finBit | opPong}).Draw(t, "kind")
			if kind&opControl != 0 {
				f.first, f.length = kind, i
				want = append(want, f.append(nil))
				wire = f.append(wire)
				continue
			}
			if f.first = kind; begun {
				f.first &^= opText // goes on
			}
			begun = kind&finBit == 0
			wire, message = f.append(wire), f.append(message)
			if !begun {
				want, message = append(want, message), nil
			}
		}
		c := &Conn{}
		l := &Limits{MessageBytes: 10 << 20, Frames: 1000}
		for len(wire) > 0 {
			p := wire[:rapid.IntRange(1, min(len(wire), 5000)).Draw(t, "piece")]
			wire = wire[len(p):]
			for len(p) > 0 {
				begins := !c.guard.inFrame()
				n, ends, code := c.guard.next(p, l)
				if code != 0 {
					t.Fatalf("code %d", code)
				}
				if unit := c.collect(p[:n], begins, ends); unit != nil {
					if len(want) == 0 || !bytes.Equal(unit, want[0]) {
						t.Fatalf("got a unit of %d bytes with %d to come", len(unit), len(want))
					}
					want = want[1:]
				}
				if c.guard.between() && c.half != nil {
					t.Fatal("something is kept between two messages")
				}
				p = p[n:]
			}
		}
		if len(want) > 0 {
			t.Fatalf("%d units did not leave", len(want))
		}
	})
}

// BenchmarkGuard feeds a message of 200 bytes.
func BenchmarkGuard(b *testing.B) {
	l := DefaultLimits()
	wire := wireFrame{first: 0x81, masked: true, length: 200}.append(nil)
	var g guard
	b.SetBytes(int64(len(wire)))
	b.ReportAllocs()
	for b.Loop() {
		if follow(&g, wire, &l) != 0 {
			b.Fatal("refused")
		}
	}
}
