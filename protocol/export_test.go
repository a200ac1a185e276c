package protocol

import (
	"maps"
	"reflect"
	"slices"

	"github.com/go-json-experiment/json"
)

// DecodePlain is the short way of Decode alone.
func DecodePlain(data []byte) (*ClientFrame, bool) {
	f := new(ClientFrame)
	return f, decodePlain(data, f)
}

// Same reports whether two frames say the same, also as commands.
func Same(short, general *ClientFrame) bool {
	oneCommand, oneRefusal, oneIs := short.Command()
	otherCommand, otherRefusal, otherIs := general.Command()
	if !reflect.DeepEqual(oneCommand, otherCommand) || !reflect.DeepEqual(oneRefusal, otherRefusal) || oneIs != otherIs {
		return false
	}
	short, general = new(*short), new(*general)
	short.Content, short.plain, general.Content = nil, "", nil
	return reflect.DeepEqual(short, general)
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
