// Package report holds what scenarios measured, compares systems round by round, and prints it for people or programs.
package report
