//go:build !linux

// Package testsystemd is for Linux.
package testsystemd
