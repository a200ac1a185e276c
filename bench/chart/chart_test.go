package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTicks(t *testing.T) {
	for most, want := range map[float64][]float64{
		0: {0, 1}, 1: {0, 0.25, 0.5, 0.75, 1}, 23.7: {0, 10, 20, 30}, 9970: {0, 2500, 5000, 7500, 10000}, 0.7: {0, 0.2, 0.4, 0.6, 0.8}, 193441: {0, 50e3, 100e3, 150e3, 200e3},
	} {
		got := ticks(most, 4)
		if !slices.EqualFunc(got, want, func(a, b float64) bool { return math.Abs(a-b) < 1e-9*most+1e-12 }) {
			t.Errorf("up to %v: %v, want %v", most, got, want)
		}
	}
}

// TestTicksHold: whatever the largest value, the axis holds it, is at most twice as long, and has few steps.
func TestTicksHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		most := math.Pow(10, rapid.Float64Range(-6, 12).Draw(t, "exponent"))
		steps := rapid.IntRange(1, 6).Draw(t, "steps")
		got := ticks(most, steps)
		last := got[len(got)-1]
		if last < most*(1-1e-9) || len(got)-1 > steps || steps > 2 && last > 2*most {
			t.Fatalf("up to %v in %d: %v", most, steps, got)
		}
	})
}

func TestDecades(t *testing.T) {
	for _, v := range []struct {
		least, most float64
		want        int
	}{{0.08, 12.3, 5}, {0.1, 10, 3}, {2, 3, 2}, {1, 1, 2}} {
		got := decades(v.least, v.most)
		if len(got) != v.want || got[0] > v.least*1.0001 || got[len(got)-1] < v.most*0.9999 {
			t.Errorf("from %v to %v: %v", v.least, v.most, got)
		}
	}
}

func TestShort(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.25: "0.25", 0.001: "0.001", 7: "7", 999: "999", 1000: "1k", 19000: "19k", 2500: "2.5k", 1e7: "10M", 12e9: "12G", 0.00002: "0.00002"} {
		if got := Short(v); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
}

// TestFilesAreXML: a chart that is a file is read by strict programs, whatever its words are.
func TestFilesAreXML(t *testing.T) {
	const odd = `<"Tom & Jerry's" µs>`
	at := Range{Median: 2, Least: 1, Most: 3}
	series := []Series{
		{Name: odd, Points: []Point{{X: 50, Range: at, Says: odd}, {X: 100, Range: at, Says: odd}}}, {Name: "b", Points: []Point{{X: 50}}},
	}
	for _, c := range []Chart{
		Bars(Label{"bars", odd, odd}, []Row{{Name: odd, Range: at, Text: odd, Says: odd, Limits: []Limit{{At: 2, Text: odd}}}}),
		Bars(Label{"none", odd, odd}, []Row{{Name: "nothing took any time", Text: "0"}}),
		Lines(Label{"lines", odd, odd}, odd, series, []Mark{{Text: odd, Places: []Place{{X: 50, Y: 4}}}}),
		Latency(Label{"latency", odd, odd}, Wide, Low, series),
	} {
		file := string(c.File())
		var words strings.Builder
		d := xml.NewDecoder(strings.NewReader(file))
		for {
			token, err := d.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v in\n%s", c.ID, err, file)
			}
			if text, ok := token.(xml.CharData); ok {
				words.Write(text)
			}
		}
		if !strings.Contains(words.String(), odd) || strings.Contains(file, "NaN") || strings.Contains(file, "Inf") {
			t.Errorf("%s is\n%s", c.ID, file)
		}
	}
}

// TestLimitsDoNotMeet: words of limits that are close to each other stand on lines of their own, left of their limits where there is room.
func TestLimitsDoNotMeet(t *testing.T) {
	c := Bars(Label{"bars", "a", "b"}, []Row{{Range: Range{Median: 100}, Limits: []Limit{{95, "at most 95"}, {90, "at least 90"}, {1, "at least 1"}}}})
	var got []string
	heights := make(map[float64]bool)
	for _, m := range c.marks {
		if m.Class == "limit-text" {
			got = append(got, m.Anchor+" "+m.Text)
			heights[m.Y] = true
		}
	}
	if want := []string{"start at least 1", "end at least 90", "end at most 95"}; !slices.Equal(got, want) || len(heights) != 2 {
		t.Errorf("%q on %d lines", got, len(heights))
	}
}

// TestOutsideIsDrawnAtTheEdge: what is less than nothing does not leave the chart.
func TestOutsideIsDrawnAtTheEdge(t *testing.T) {
	s := scale{most: 10, from: 100, to: 0}
	for v, want := range map[float64]float64{-500: 100, 0: 100, 5: 50, 10: 0, 11: 0} {
		if got := s.at(v); got != want {
			t.Errorf("%v at %v, want %v", v, got, want)
		}
	}
}
