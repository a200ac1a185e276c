package handover

import (
	"errors"

	"github.com/parlor-chat/parlor/internal/systemd"
)

// name is what systemd keeps the sessions under, and what their file's name begins with.
const name = "parlor-sessions"

// ErrNowhere reports that there is no place in memory where the next node would look.
var ErrNowhere = errors.New("handover: there is no place in memory for them")

// Place is where a node's temporary sessions wait for the next one.
type Place struct {
	// Key is the deployment's: sessions of another one are not taken.
	Key [32]byte
	// Manager keeps them if it keeps descriptors; nil without one.
	Manager *systemd.Manager
	// Dir is a directory in memory for a file of them, empty without one. DataDir is the node's, after which the file is named.
	Dir, DataDir string
}
