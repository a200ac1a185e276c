//go:build !linux

package socket

// Listed is for Linux, where connections are parked.
func Listed(*Server) int { return 0 }
