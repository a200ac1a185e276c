// Package chart draws what was measured as SVG: bars with their ranges, lines over sizes, and distributions of latency. It knows numbers and
// words, not where they come from.
//
// A chart is drawn at the size at which it is read, since text in it scales with it. It is colored by classes and the rules of Style, and
// carries a title and a description for those who do not see it; whoever shows one puts the numbers beside it.
package chart
