package seed

import (
	"math/rand/v2"
	"time"

	"github.com/parlor-chat/parlor/chat"
)

// Length is how many messages a conversation has; the last one has the rest.
const Length = 200

// textBytes is about how long a text is.
const textBytes = 200

// Conversations is how many conversations so many messages are.
func Conversations(messages int) int { return (messages + Length - 1) / Length }

// LengthOf is how many of so many messages conversation i has.
func LengthOf(i, messages int) int { return min(Length, messages-i*Length) }

// Session is the id of conversation i.
func Session(i int) chat.SessionID { return chat.NewSessionID(bytes16(source(i))) }

// source is where everything random about conversation i comes from.
func source(i int) *rand.Rand { return rand.New(rand.NewPCG(uint64(i), 0x5eed)) }

func bytes16(r *rand.Rand) (b [16]byte) {
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// begin is when the first conversation began; each following one began a minute later.
var begin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// conversation is one that is being written.
type conversation struct {
	random *rand.Rand
	state  *chat.Session
	at     time.Time
}

func newConversation(i int, website chat.WebsiteID) *conversation {
	random := source(i)
	id := chat.NewSessionID(bytes16(random))
	at := begin.Add(time.Duration(i) * time.Minute)
	return &conversation{random, chat.NewSession(website, id, chat.Epoch(random.Uint64()), [32]byte{}, at), at}
}

// agent is who answers. Nobody of that id need exist.
var agent = chat.Participant{Role: chat.RoleAgent, Agent: chat.AgentID{15: 1}, Name: "Ada"}

// next is the next message: visitor and agent take turns.
func (c *conversation) next() chat.Message {
	from := chat.Participant{Role: chat.RoleVisitor}
	if c.state.Seq%2 == 1 {
		from = agent
	}
	c.at = c.at.Add(time.Duration(1+c.random.IntN(60)) * time.Second)
	m := chat.Message{
		Seq: c.state.Seq + 1, ID: bytes16(c.random), From: from, Content: chat.Content{Type: chat.TypeText, Text: c.text()}, At: c.at,
	}
	c.state.Apply(chat.MessagePosted{Message: m})
	return m
}

// words make texts that compress about as well as people's do.
var words = [...]string{
	"hello", "where", "is", "my", "parcel", "the", "order", "from", "last", "week", "has", "not", "arrived", "yet", "please", "could", "you", "look",
	"thank", "it", "says", "delivered", "but", "nobody", "was", "at", "home", "which", "address", "did", "we", "send", "to", "invoice", "number",
	"refund", "within", "three", "days", "size", "color", "exchange", "sorry", "for", "trouble", "let", "me", "check", "with", "our", "warehouse",
}

func (c *conversation) text() string {
	b := make([]byte, 0, textBytes+16)
	for len(b) < textBytes {
		b = append(b, words[c.random.IntN(len(words))]...)
		b = append(b, ' ')
	}
	return string(b[:textBytes])
}
