//go:build !linux

package socket

import "errors"

// lot is for Linux. Elsewhere each connection keeps its goroutine.
type lot struct{}

func openLot(func(*Conn)) (*lot, error) { return nil, errors.ErrUnsupported }
func (*lot) close()                     {}
func (*lot) arm(*Conn) error            { return errors.ErrUnsupported }
func (*lot) forget(*Conn)               {}
