package actors

import (
	"encoding/binary"
	"strconv"

	"github.com/cespare/xxhash/v2"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// receipts remember the last few results, so that a repeat costs neither the store's time nor the sender's rate. The store remembers them
// all (G3).
type receipts struct {
	ring [16]recentReceipt
	next int
}

type recentReceipt struct {
	sender  chat.Sender
	id      chat.MessageID
	receipt persistence.Receipt
}

func (r *receipts) find(d *persistence.Dedupe) *persistence.Receipt {
	if r == nil {
		return nil
	}
	for i := range r.ring {
		if e := &r.ring[i]; e.id == d.ID && e.sender == d.Sender && e.receipt.Seq != 0 {
			return &e.receipt
		}
	}
	return nil
}

// keep remembers a receipt. It works on nil: a session that nobody wrote in has no ring.
func (r *receipts) keep(sender chat.Sender, id chat.MessageID, receipt persistence.Receipt) *receipts {
	if r == nil {
		r = new(receipts)
	}
	r.ring[r.next] = recentReceipt{sender, id, receipt}
	r.next = (r.next + 1) % len(r.ring)
	return r
}

// list is what is remembered, in the order in which it came.
func (r *receipts) list() (all []persistence.Dedupe) {
	if r == nil {
		return nil
	}
	for i := range r.ring {
		if e := &r.ring[(r.next+i)%len(r.ring)]; e.receipt.Seq != 0 {
			all = append(all, persistence.Dedupe{Sender: e.sender, ID: e.id, Receipt: e.receipt})
		}
	}
	return all
}

// dedupeOf names what a command posts, and reports false for commands that may repeat.
func dedupeOf(c *Command) (persistence.Dedupe, bool) {
	switch m := c.Command.(type) {
	case chat.PostMessage:
		return persistence.Dedupe{Sender: c.From.Sender(), ID: m.ID, Receipt: persistence.Receipt{Body: bodyOfMessage(m.Content)}}, true
	case chat.PostNote:
		return persistence.Dedupe{Sender: c.From.Sender(), ID: m.ID, Receipt: persistence.Receipt{Body: digest("note", m.Text)}}, true
	}
	return persistence.Dedupe{}, false
}

func bodyOfMessage(c chat.Content) [16]byte {
	if c.Type == chat.TypeText {
		return digest("text", c.Text)
	}
	a := c.Attachment
	return digest(string(c.Type), a.URL, a.Type, a.Name, strconv.FormatFloat(a.Duration, 'g', -1, 64))
}

// digest hashes the parts with their lengths, so that no two lists of parts meet by chance. It tells a client's own bodies apart and nobody
// else's, so that it need not resist anybody who wants two to meet.
func digest(parts ...string) (sum [16]byte) {
	var h xxhash.Digest
	h.Reset()
	var length [4]byte
	for _, p := range parts {
		binary.BigEndian.PutUint32(length[:], uint32(len(p)))
		_, _ = h.Write(length[:]) // never fails
		_, _ = h.WriteString(p)
	}
	binary.BigEndian.PutUint64(sum[:], h.Sum64())
	return sum
}
