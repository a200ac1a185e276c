package pebblestore

import (
	"bytes"
	"cmp"
	"encoding/binary"

	"github.com/cockroachdb/pebble/v2/bloom"

	"github.com/parlor-chat/parlor/chat"
)

// The first byte of a key says what it holds. Numbers are big endian. Ids are random; nothing else that could name somebody is in a key.
const (
	// tableSessions + website + session + kind … : everything of a session in one range, which is what an erasure deletes.
	tableSessions = 's'
	// tableInbox + website + bucket + inverted time + session: the order of the inbox, with times that may be old; see place. No value:
	// pages read the heads.
	tableInbox = 'i'
	// tableErased + website + session: the id was erased, for good.
	tableErased = 'x'
	// tableScrub + website + session: erased, and the bytes are not off the disk yet. With a version behind: what that step replaced is not.
	tableScrub = 'q'
	// tableScrubRange + two keys: deleted from the first to the second, and the bytes are not off the disk yet.
	tableScrubRange = 'r'
	// tableWithdrawn + website + session: consent was withdrawn after this copy of the store was made, and that was not made up for yet.
	tableWithdrawn = 'y'
	// tableIdentifications + website + day + session + version: from where a conversation was written, by days, each of which is dropped as a whole.
	tableIdentifications = 'd'
	// The directory: by id, but agents also by the keyed hash of their e-mail address, and logins by the hash of their token.
	tableWebsites  = 'w'
	tableAgents    = 'a'
	tableEmails    = 'e'
	tablePasswords = 'p'
	tableLogins    = 'l'
	// tableNetworks + keyed hash: where agents blocked visitors.
	tableNetworks = 'n'
	// tableNode: single values of this deployment, by name.
	tableNode = 'k'
)

// Kinds of what a session's range holds. Head and visitor are neighbors, so that one look finds both.
const (
	kindHead    = 1
	kindVisitor = 2
	kindMessage = 3 // + number
	kindNote    = 4 // + number of the message before + number
	kindReceipt = 5 // + role + agent, when there is one + client message id
	kindPlace   = 6 // its place in the inbox, as it is stored there
)

// keyFilter answers for most keys that are not there without reading; ten bits a key are wrong in one of a hundred.
const keyFilter = bloom.FilterPolicy(10)

// sessionKey names a session.
type sessionKey struct {
	website chat.WebsiteID
	session chat.SessionID
}

// compare orders sessions as their keys stand in the store.
func (k sessionKey) compare(other sessionKey) int {
	return cmp.Or(bytes.Compare(k.website[:], other.website[:]), bytes.Compare(k.session[:], other.session[:]))
}

// sessionKeyBytes is the length of what all keys of a session begin with.
const sessionKeyBytes = 1 + 16 + 16

func (k sessionKey) in(table byte) []byte {
	b := make([]byte, 0, sessionKeyBytes+2+16+16+16)
	b = append(b, table)
	b = append(b, k.website[:]...)
	return append(b, k.session[:]...)
}

func (k sessionKey) kind(kind byte) []byte { return append(k.in(tableSessions), kind) }

func (k sessionKey) message(seq uint64) []byte {
	return binary.BigEndian.AppendUint64(k.kind(kindMessage), seq)
}

func (k sessionKey) note(after, n uint64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(k.kind(kindNote), after), n)
}

func (k sessionKey) receipt(sender chat.Sender, id chat.MessageID) []byte {
	b := append(k.kind(kindReceipt), byte(sender.Role))
	if !sender.Agent.IsZero() {
		b = append(b, sender.Agent[:]...)
	}
	return append(b, id[:]...)
}

// scrub is where it is kept that what the step of the version replaced is to be scrubbed. Each step has its own, so that a Scrub which began before
// it does not forget it.
func (k sessionKey) scrub(version uint64) []byte {
	return binary.BigEndian.AppendUint64(k.in(tableScrub), version)
}

// receiptID is the client message id in the key of a receipt.
func receiptID(key []byte) (id chat.MessageID) {
	copy(id[:], key[len(key)-len(id):])
	return id
}

// span is the range of everything of the session.
func (k sessionKey) span() (start, end []byte) {
	start = k.in(tableSessions)
	return start, after(start)
}

// after is the first key behind all that begin with prefix, which must not be all ones.
func after(prefix []byte) []byte {
	end := append([]byte(nil), prefix...)
	for i := len(end) - 1; ; i-- {
		if end[i]++; end[i] != 0 {
			return end[:i+1]
		}
	}
}
