package e2e

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"slices"
	"testing"
)

// squeeze writes a picture again as small as PNG allows, and returns its size: browsers are in a hurry. What a face shows is flat, so its
// 256 most used colors are nearly all there are; the others, at the edges of letters, take the nearest of them.
func squeeze(t *testing.T, file string) int {
	t.Helper()
	data, err := os.ReadFile(file)
	must(t, err)
	drawn, err := png.Decode(bytes.NewReader(data))
	must(t, err)
	var b bytes.Buffer
	must(t, (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, fewColors(drawn)))
	must(t, os.WriteFile(file, b.Bytes(), 0o644))
	return b.Len()
}

func fewColors(drawn image.Image) *image.Paletted {
	used := make(map[color.Color]int)
	each(drawn, func(_, _ int, c color.Color) { used[c]++ })
	colors := slices.SortedFunc(maps.Keys(used), func(a, b color.Color) int {
		return cmp.Or(used[b]-used[a], cmp.Compare(rgb(a), rgb(b)))
	})
	flat := image.NewPaletted(drawn.Bounds(), color.Palette(colors[:min(len(colors), 256)]))
	nearest := make(map[color.Color]uint8)
	each(drawn, func(x, y int, c color.Color) {
		i, ok := nearest[c]
		if !ok {
			i = uint8(flat.Palette.Index(c)) // of at most 256
			nearest[c] = i
		}
		flat.SetColorIndex(x, y, i)
	})
	return flat
}

func each(drawn image.Image, f func(x, y int, c color.Color)) {
	r := drawn.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			f(x, y, drawn.At(x, y))
		}
	}
}

// rgb orders colors, so that the same picture gives the same file.
func rgb(c color.Color) uint64 {
	r, g, b, _ := c.RGBA()
	return uint64(r)<<32 | uint64(g)<<16 | uint64(b)
}
