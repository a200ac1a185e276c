package protocol

import (
	"errors"
	"strconv"

	"github.com/go-json-experiment/json"

	"github.com/parlor-chat/parlor/chat"
)

type (
	// ConsentInfo tells a visitor's client whether the website demands consent for what can be tracking, and what the visitor said; nil: nothing.
	ConsentInfo struct {
		Required bool  `json:"required"`
		Tracking *bool `json:"tracking,omitzero"`
	}
	// ConsentFrame tells the other tabs what the visitor said. After a withdrawal there are no segments and no data.
	ConsentFrame struct {
		Tracking bool `json:"tracking"`
	}
	// ConsentDetails is what agents see of it. Of the page's events up to the entry Removed nothing is left.
	ConsentDetails struct {
		Tracking bool   `json:"tracking"`
		At       int64  `json:"at"`
		Removed  uint64 `json:"removed,omitzero"`
	}
)

func (ConsentFrame) frameType() string { return "consent" }

// DescribeConsent is what a client is told; nil when there is nothing to tell.
func DescribeConsent(required bool, c *chat.Consent) *ConsentInfo {
	if !required && c == nil {
		return nil
	}
	info := &ConsentInfo{Required: required}
	if c != nil {
		info.Tracking = &c.Tracking
	}
	return info
}

func consentDetails(c *chat.Consent) *ConsentDetails {
	if c == nil {
		return nil
	}
	return &ConsentDetails{c.Tracking, millis(c.At), c.Removed}
}

func (c *ConsentInfo) append(b []byte) []byte {
	b = append(b, `{"required":`...)
	b = strconv.AppendBool(b, c.Required)
	if c.Tracking != nil {
		b = append(b, `,"tracking":`...)
		b = strconv.AppendBool(b, *c.Tracking)
	}
	return append(b, '}')
}

// RemovedEventName is the name of an event whose content was removed. Clients that know nothing of removals show it.
const RemovedEventName = "consent_withdrawn"

// errNoEntry never quotes the frame.
var errNoEntry = errors.New("protocol: no entry of the agents' log")

// RemoveEvent reads the frame of an entry of the agents' log: after is the message that it stands behind. Of an event that the page pushed it
// returns what is left when its content is removed: number, place and time. Of other entries, and of those that were removed, it returns nil.
func RemoveEvent(frame []byte) (removed []byte, after uint64, err error) {
	var f struct {
		T       string         `json:"t"`
		Session chat.SessionID `json:"session"`
		N       uint64         `json:"n"`
		After   uint64         `json:"after"`
		System  bool           `json:"system"`
		Removed bool           `json:"removed"`
		At      int64          `json:"at"`
	}
	if json.Unmarshal(frame, &f) != nil || (f.T != "event" && f.T != "note") {
		return nil, 0, errNoEntry
	}
	if f.T == "note" || f.System || f.Removed {
		return nil, f.After, nil
	}
	b := append(make([]byte, 0, 192), `{"t":"event","session":"`...)
	b = f.Session.AppendText(b)
	b = append(b, `","n":`...)
	b = strconv.AppendUint(b, f.N, 10)
	b = append(b, `,"after":`...)
	b = strconv.AppendUint(b, f.After, 10)
	b = append(b, `,"name":"`+RemovedEventName+`","removed":true,"at":`...)
	b = strconv.AppendInt(b, f.At, 10)
	return append(b, '}'), f.After, nil
}
