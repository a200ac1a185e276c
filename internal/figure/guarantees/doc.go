// Command guarantees writes docs/guarantees.md from the figures that a run of the tests noted (make guarantees). The words of the promises stand
// here; each number, and how it is measured again, is what a test that passed said of itself.
//
//	guarantees -out FILE DIR
//
// It fails, and writes nothing, when a promise has no figure, unless it is told that this is a part of the tests only.
package main
