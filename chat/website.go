package chat

import "time"

// Website is a site that embeds the chatbox, with its owner's settings. It is a value: a change replaces it.
type Website struct {
	ID   WebsiteID `json:"id"`
	Name string    `json:"name"`
	// Origins may embed the chatbox: scheme://host[:port], the host may begin with "*." for every subdomain. "*" alone allows all.
	Origins  []string  `json:"origins"`
	Color    string    `json:"color,omitempty"`
	Greeting string    `json:"greeting,omitempty"`
	Cookie   Cookie    `json:"cookie"`
	Retain   Retention `json:"retain"`
	Triggers []Trigger `json:"triggers,omitempty"`
	// TypingPreview lets agents read along while the visitor types.
	TypingPreview bool `json:"typing_preview"`
	// RequireConsent keeps segments, custom data and events of a visitor only with consent (P13).
	RequireConsent bool      `json:"require_consent,omitempty"`
	CreatedAt      time.Time `json:"created_at"`
}

// Agent answers visitors of the websites it was given.
type Agent struct {
	ID       AgentID     `json:"id"`
	Name     string      `json:"name"`
	Email    string      `json:"email"`
	Avatar   string      `json:"avatar,omitempty"`
	Websites []WebsiteID `json:"websites"`
	// CreatedAt is when the agent was added.
	CreatedAt time.Time `json:"created_at"`
}

// Serves reports whether the agent was given the website.
func (a *Agent) Serves(website WebsiteID) bool {
	for _, id := range a.Websites {
		if id == website {
			return true
		}
	}
	return false
}
