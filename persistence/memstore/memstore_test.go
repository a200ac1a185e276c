package memstore_test

import (
	"testing"

	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/memstore"
	"github.com/parlor-chat/parlor/persistence/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(*testing.T) persistence.Store { return memstore.New() })
}
