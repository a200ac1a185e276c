// Package report holds what scenarios measured, compares systems round by round and runs with each other, judges bars, and shows all of it: as
// lines for people or programs, as a page with charts, and as parts of a document.
//
// A report carries what is needed to show it, so results outlive the program that made them. It says which machine, commit and command they
// come from, and nothing that names the machine, its files or who is on it.
package report
