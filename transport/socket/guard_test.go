package socket

import (
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
			code = g.feed(wire[:n], limits)
			wire = wire[n:]
		}
		if code != wantCode || code == 0 && g.between() != wantBetween {
			t.Fatalf("code %d, between %v; want %d, %v", code, g.between(), wantCode, wantBetween)
		}
	})
}

// TestGuardPasses says for each piece whether it came by a place between two messages.
func TestGuardPasses(t *testing.T) {
	l := DefaultLimits()
	one := wireFrame{first: 0x81, masked: true, length: 10}.append(nil)
	ping := wireFrame{first: 0x89, masked: true}.append(nil)
	part := wireFrame{first: 0x01, masked: true, length: 3}.append(nil)
	var g guard
	for i, step := range []struct {
		piece  []byte
		passed bool
	}{
		{one[:5], false},
		{one[5:], true},
		{append(one[:len(one):len(one)], one[:1]...), true},
		{one[1:8], false},
		{append(one[8:len(one):len(one)], one[:8]...), true},
		{one[8:], true},
		{ping, true},
		{part, false},
		{ping, false},
	} {
		if code := g.feed(step.piece, &l); code != 0 || g.passed != step.passed {
			t.Errorf("piece %d: code %d, passed %v, want %v", i, code, g.passed, step.passed)
		}
	}
}

// BenchmarkGuard feeds a message of 200 bytes.
func BenchmarkGuard(b *testing.B) {
	l := DefaultLimits()
	wire := wireFrame{first: 0x81, masked: true, length: 200}.append(nil)
	var g guard
	b.SetBytes(int64(len(wire)))
	b.ReportAllocs()
	for b.Loop() {
		if g.feed(wire, &l) != 0 {
			b.Fatal("refused")
		}
	}
}
