package actors

import (
	"context"
	"errors"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/protocol"
)

// HistoryQuery selects a page of a session's log: before a number, or after one.
type HistoryQuery struct {
	Website       chat.WebsiteID
	Session       chat.SessionID
	Before, After uint64
	Limit         int
	// Notes adds the entries of the agents' log that stand in the page.
	Notes bool
	Ref   int64
}

// History reads a page of a session's log from the store, without waking the session. A temporary session has nothing to page: its welcome
// carried all. The error is what the participant may be told.
func (s *System) History(ctx context.Context, q HistoryQuery) (protocol.History, *chat.Error) {
	answer := protocol.History{Ref: q.Ref, Session: q.Session}
	page := persistence.Page{Before: q.Before, After: q.After, Limit: q.Limit}
	entries, more, err := s.store.Messages(ctx, q.Website, q.Session, page)
	if err != nil {
		return answer, storeRefusal(err)
	}
	answer.More = more
	for _, e := range entries {
		answer.Messages = append(answer.Messages, e.Frame)
	}
	if !q.Notes || len(entries) == 0 {
		return answer, nil
	}
	notes, err := s.store.Notes(ctx, q.Website, q.Session, noteRange(q, entries, more))
	if err != nil {
		return answer, storeRefusal(err)
	}
	for _, e := range notes {
		answer.Notes = append(answer.Notes, e.Frame)
	}
	return answer, nil
}

// noteRange selects the notes that stand behind the page's messages; the first page takes along those before the first message.
func noteRange(q HistoryQuery, entries []persistence.Entry, more bool) persistence.NotePage {
	page := persistence.NotePage{From: entries[0].Seq, To: entries[len(entries)-1].Seq, Limit: persistence.MaxPage}
	if q.After == 0 && !more {
		page.From = 0
	}
	return page
}

// MayAnswer tells whether there is such an agent and the website is theirs; the error is what a participant may be told.
func (s *System) MayAnswer(ctx context.Context, website chat.WebsiteID, agent chat.AgentID) *chat.Error {
	a, err := s.store.Agent(ctx, agent)
	switch {
	case errors.Is(err, persistence.ErrNotFound) || (err == nil && !a.Serves(website)):
		return &chat.Error{Code: chat.CodeUnknownAgent, Message: "no such agent answers for this website"}
	case err != nil:
		return storeRefusal(err)
	}
	return nil
}
