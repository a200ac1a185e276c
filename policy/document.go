package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/parlor-chat/parlor/chat"
)

// Facts are what the document says about the deployment, in the units of the configuration.
type Facts struct {
	CookiePrefix string
	// Temporary is how long a session without messages outlives its last access.
	Temporary time.Duration
	// ScrubWithin is how soon the bytes of what was deleted are off the disk.
	ScrubWithin time.Duration
	// LoginLife is how long an agent's login lasts.
	LoginLife time.Duration
	// BlocksWithin is for how long it is remembered from which network a blocked conversation came, RefusedFor how long a network is refused. Zero: no
	// network ever is, and nothing is remembered.
	BlocksWithin, RefusedFor time.Duration
}

// Document is the policy of one website.
type Document struct {
	Website string  `json:"website"`
	ID      string  `json:"id"`
	Items   []Item  `json:"items"`
	Rights  []Right `json:"rights"`
}

// Item is one kind of data.
type Item struct {
	What    string `json:"what"`
	Where   string `json:"where"`
	HowLong string `json:"how_long"`
	Why     string `json:"why"`
	// Promise is the number in the policy contract.
	Promise string `json:"promise"`
}

// Right is something that somebody can do about the data.
type Right struct {
	What    string `json:"what"`
	How     string `json:"how"`
	Promise string `json:"promise"`
}

// Describe writes the document for one website.
func Describe(f Facts, w chat.Website) Document {
	temporary, cookie := describe(f.Temporary), describe(w.Cookie.MaxAge)
	d := Document{
		Website: w.Name,
		ID:      w.ID.String(),
		Items: []Item{
			{
				What:  "Cookie " + chat.CookieName(f.CookiePrefix, w.ID) + " with the session's id and a random secret",
				Where: "The visitor's browser, for " + cookieScope(w.Cookie) + " and its subdomains. The server keeps only a hash of the secret.",
				HowLong: cookie + " after the last visit; renewed at each load of the chatbox. Set " + map[chat.CookieMode]string{
					chat.CookieOnLoad:    "when a page with the chatbox loads.",
					chat.CookieOnOpen:    "only when the visitor opens the chat.",
					chat.CookieOnConsent: "only after the page reported the visitor's consent.",
				}[w.Cookie.Mode],
				Why:     "Binds the browser to its chat, so that the conversation is there on the next page and the next day. It is not used for tracking; no other cookie and no identifier in the browser's storage is set.",
				Promise: "P1, P2, P3, P4",
			},
			{
				What:  "Session without messages: IP address, page, locale, time zone, browser and system names, what the page tells of its visitor",
				Where: "The server's memory only. None of it is written to disk, logs or metrics.", HowLong: temporary + " after the last access, then destroyed.",
				Why: "Shows the agents who is on the website, and lets a chat begin.", Promise: "P7, P9",
			},
			{
				What: "Conversation: messages, agents' notes, what the page told of its visitor, the last pages", Where: "The server's disk.",
				HowLong: conversationTerm(w.Retain), Why: "The conversation and its history belong to those who had it.", Promise: "P6, P8",
			},
			{
				What:    "Segments, custom data and events that the page tells of its visitor, which can be tracking",
				Where:   "With the session: in memory, or on the disk once a conversation began; shown to the website's agents.",
				HowLong: "Until consent is withdrawn, and no longer than the session.",
				Why:     consentRule(w.RequireConsent), Promise: "P13",
			},
			{
				What: "IP address of a visitor who has a conversation", Where: "The server's disk, in the session; shown to the website's agents.",
				HowLong: ipTerm(w.Retain), Why: "Protection against abuse, and identification where the law demands it.", Promise: "P10",
			},
			identification(w.Retain),
			{
				What:    "Counts of connections, messages and new sessions per address and network; of agents' failed logins per account and network, each by a keyed hash",
				Where:   "The server's memory only.",
				HowLong: "Connections: until the last one of that network closes. Messages and sessions: for some minutes, and until newer ones take their place. Failed logins: until the server restarts, or newer ones need the room.",
				Why:     "Protection against floods, spam and guessed passwords.", Promise: "P11",
			},
			{
				What: "Agents: name, e-mail address, a hash of the password (argon2id)", Where: "The server's disk.",
				HowLong: "Until the operator removes the agent; a login lasts at most " + describe(f.LoginLife) + ".",
				Why:     "Only those who were given a website may read its conversations.", Promise: "",
			},
		},
		Rights: []Right{
			{
				What: "Delete a conversation",
				How: "An agent deletes it in the inbox. It is unreadable at once; its bytes are off the disk within " + describe(f.ScrubWithin) +
					". The session's random id stays known as deleted, so that nothing revives it. A receipt says when it was deleted and when its bytes were gone.",
				Promise: "P14",
			},
			{
				What: "Withdraw consent",
				How: "Where the website offers it. What the page told in segments, custom data and events is removed at once, and nothing more of it is taken; its bytes are " +
					"off the disk within " + describe(f.ScrubWithin) + ". Of an event, its place and time in the agents' log stay. Messages go on.",
				Promise: "P13",
			},
			{
				What: "Get a copy of everything", How: "An agent hands it out in the inbox, as a page to read and as data; the operator does, with the identification records.",
			},
			{What: "Leave without a trace", How: "A visitor who writes nothing leaves nothing: the session is destroyed " + temporary + " after the last access.", Promise: "P7, P9"},
			{What: "Remove the cookie", How: "Deleting the cookie in the browser unbinds it; the next visit begins a fresh session.", Promise: "P5"},
		},
	}
	if f.BlocksWithin > 0 {
		d.Items = append(d.Items, Item{
			What:    "Networks from which agents blocked conversations: keyed hashes of the address and of its networks, and of the conversations. Of visitors without a conversation nothing",
			Where:   "The server's disk, for all websites of the server.",
			HowLong: "A block: " + describe(f.BlocksWithin) + ", or until an agent takes it back. After several of them, messages from there are refused for " + describe(f.RefusedFor) + ".",
			Why:     "Protection against spam and botnets.", Promise: "P11",
		})
	}
	if w.TypingPreview {
		d.Items = append(d.Items, Item{
			What: "What a visitor writes, while it is typed", Where: "Passed on to the agents who look at the session; not kept.",
			HowLong: "While they look.", Why: "An agent can prepare the answer.",
		})
	}
	return d
}

// Version names the document by its content: another text has another version.
func (d Document) Version() string {
	text, err := json.Marshal(d, json.Deterministic(true))
	if err != nil {
		return "" // all of it is text
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// consentRule says what has to be there before the page may tell.
func consentRule(required bool) string {
	if required {
		return "The website's own purposes. The server refuses it until the page reported the visitor's consent."
	}
	return "The website's own purposes. The server does not demand consent for it, but refuses it to visitors who withdrew theirs."
}

// cookieScope is where a browser sends the cookie.
func cookieScope(c chat.Cookie) string {
	if c.Domain == "" {
		return "the website's domain"
	}
	return c.Domain
}

// conversationTerm is how long a conversation is kept.
func conversationTerm(r chat.Retention) string {
	if r.Conversations == 0 {
		return "Until an agent of the website deletes it."
	}
	return describe(r.Conversations) + " after the last message, or until an agent of the website deletes it."
}

// identification is the item about identification records.
func identification(r chat.Retention) Item {
	i := Item{
		What: "Identification records: the address and port from which a visitor with a conversation was connected, and when; by the session's random id",
		Why:  "Identification where the law demands it. Only the operator can read them, and each time has to state a reason, which is recorded.", Promise: "P10",
	}
	term, ok := r.Identifies()
	if !ok {
		i.Where, i.HowLong = "Nowhere: the website keeps none.", "Not at all."
		return i
	}
	i.Where, i.HowLong = "The server's disk, in one bucket for each day.", "Until the day after "+describe(term)+" have passed since the access, also when the conversation is deleted before."
	return i
}

func ipTerm(r chat.Retention) string {
	if r.IP == 0 {
		return "As long as the conversation is kept."
	}
	return describe(r.IP) + " after the last access, never less than one year."
}
