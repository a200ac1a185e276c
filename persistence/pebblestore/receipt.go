package pebblestore

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/parlor-chat/parlor/persistence"
)

// receiptVersion is the first byte of a stored receipt. Then come the body's hash, the number, and the time.
const (
	receiptVersion = 1
	receiptBytes   = 1 + 16 + 8 + 8
)

var errReceipt = errors.New("pebblestore: damaged receipt")

func encodeReceipt(r persistence.Receipt) []byte {
	b := append(make([]byte, 0, receiptBytes), receiptVersion)
	b = append(b, r.Body[:]...)
	b = binary.BigEndian.AppendUint64(b, r.Seq)
	return binary.BigEndian.AppendUint64(b, uint64(r.AtMillis))
}

func decodeReceipt(b []byte) (r persistence.Receipt, err error) {
	switch {
	case len(b) > 0 && b[0] > receiptVersion:
		return r, fmt.Errorf("%w: receipt version %d", persistence.ErrNewerRecord, b[0])
	case len(b) != receiptBytes || b[0] == 0:
		return r, errReceipt
	}
	copy(r.Body[:], b[1:])
	r.Seq = binary.BigEndian.Uint64(b[17:])
	r.AtMillis = int64(binary.BigEndian.Uint64(b[25:]))
	return r, nil
}
