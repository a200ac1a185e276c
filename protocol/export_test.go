package protocol

import (
	"maps"
	"slices"
)

// CommandFrames are the types of the frames that become commands.
func CommandFrames() []string { return slices.Sorted(maps.Keys(commands)) }

// CloseCodes are all close codes of this package.
func CloseCodes() []CloseCode { return slices.Sorted(maps.Keys(closeReasons)) }
