package chat

// Command is what a participant wants of a session. See [Rules.Decide] for what each leads to.
type Command interface{ command() }

type (
	// PostMessage says something to the other side.
	PostMessage struct {
		ID      MessageID
		Content Content
	}
	// PostNote writes for the other agents.
	PostNote struct {
		ID   MessageID
		Text string
	}
	// Compose tells the other side that somebody is typing. Text is what agents may read along.
	Compose struct {
		On   bool
		Text string
	}
	// MarkRead says that everything up to Seq was read.
	MarkRead struct{ Seq uint64 }
	// MarkDelivered says that everything up to Seq was received.
	MarkDelivered struct{ Seq uint64 }
	// VisitPage moves the visitor to another page.
	VisitPage struct{ Page Page }
	// FireTrigger says that a trigger's condition holds (P12).
	FireTrigger struct {
		Name string
		// ID becomes the id of the trigger's message.
		ID MessageID
	}
	// SetUser replaces the members of the visitor's user that are not nil.
	SetUser struct {
		Nickname, Email, Phone, Avatar *string
		Company                        *Company
		// ClearCompany removes the company.
		ClearCompany bool
	}
	// SetSegments adds segments, or replaces them all.
	SetSegments struct {
		Segments  []string
		Overwrite bool
	}
	// SetData sets custom values: string, float64 or bool; nil removes.
	SetData struct{ Data map[string]any }
	// PushEvent notes something that happened on the page.
	PushEvent struct{ Event PageEvent }
	// SetConsent says whether the visitor consents to what can be tracking: segments, custom data and events (P13). Without, what was told of
	// these is removed.
	SetConsent struct{ Tracking bool }
	// Assign makes an agent responsible; the zero agent is nobody.
	Assign struct{ Agent AgentID }
	// SetState moves the conversation.
	SetState struct{ State State }
	// SetBlocked refuses or allows the visitor's messages.
	SetBlocked struct{ Blocked bool }
	// ForgetAddress ends the term of the visitor's address (P10).
	ForgetAddress struct{}
	// Erase deletes the session for good (P14). Reason goes into the audit log; only operators state one.
	Erase struct{ Reason string }
)

func (PostMessage) command()   {}
func (PostNote) command()      {}
func (Compose) command()       {}
func (MarkRead) command()      {}
func (MarkDelivered) command() {}
func (VisitPage) command()     {}
func (FireTrigger) command()   {}
func (SetUser) command()       {}
func (SetSegments) command()   {}
func (SetData) command()       {}
func (PushEvent) command()     {}
func (SetConsent) command()    {}
func (Assign) command()        {}
func (SetState) command()      {}
func (SetBlocked) command()    {}
func (ForgetAddress) command() {}
func (Erase) command()         {}
