package protocol

import (
	"maps"
	"slices"

	"github.com/go-json-experiment/json"
)

// DecodePlain is the short way of Decode alone.
func DecodePlain(data []byte) (*ClientFrame, bool) {
	f := new(ClientFrame)
	return f, decodePlain(data, f)
}

// DecodeGeneral is the other way of Decode alone.
func DecodeGeneral(data []byte) (*ClientFrame, error) {
	f := new(ClientFrame)
	return f, json.Unmarshal(data, f, options)
}

// CommandFrames are the types of the frames that become commands.
func CommandFrames() []string { return slices.Sorted(maps.Keys(commands)) }

// CloseCodes are all close codes of this package.
func CloseCodes() []CloseCode { return slices.Sorted(maps.Keys(closeReasons)) }
