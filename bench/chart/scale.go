package chart

import (
	"math"
	"strconv"
)

// scale maps values to pixels, evenly or by their logarithms. What lies outside, such as memory that became less than nothing, is drawn at the
// edge.
type scale struct {
	least, most float64
	from, to    float64
	log         bool
}

func (s scale) at(v float64) float64 {
	least, most := s.least, s.most
	v = min(max(v, least), most)
	if s.log {
		v, least, most = math.Log10(v), math.Log10(least), math.Log10(most)
	}
	if most == least {
		return (s.from + s.to) / 2
	}
	return s.from + (v-least)/(most-least)*(s.to-s.from)
}

// ticks are round values from zero to the first that is not below most, in at most count steps.
func ticks(most float64, count int) []float64 {
	if most <= 0 {
		return []float64{0, 1}
	}
	unit := math.Pow(10, math.Floor(math.Log10(most/float64(count))))
	for _, nice := range [...]float64{1, 2, 2.5, 5, 10} {
		step := nice * unit
		if n := math.Ceil(most/step - 1e-9); n <= float64(count) {
			all := make([]float64, int(n)+1)
			for i := range all {
				all[i] = float64(i) * step
			}
			return all
		}
	}
	panic("chart: ten units are enough for a step")
}

// decades are the powers of ten around what lies between two values.
func decades(least, most float64) []float64 {
	var all []float64
	first, last := math.Floor(math.Log10(least)+1e-9), math.Ceil(math.Log10(most)-1e-9)
	for e := first; e <= max(last, first+1); e++ {
		all = append(all, math.Pow(10, e))
	}
	return all
}

// Short is a number for an axis: 19000 is 19k.
func Short(v float64) string {
	for _, unit := range [...]struct {
		size float64
		name string
	}{{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}} {
		if math.Abs(v) >= unit.size {
			return plain(v/unit.size) + unit.name
		}
	}
	return plain(v)
}

// plain is a number to three digits, as many as an axis needs.
func plain(v float64) string {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	if err != nil {
		panic("chart: a number that was just written is none")
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
