package persistence

import (
	"context"
	"time"

	"github.com/parlor-chat/parlor/chat"
)

// Directory keeps what changes seldom: websites, agents, their credentials and logins, and the deployment's key.
type Directory interface {
	// PutWebsite adds or replaces a website.
	PutWebsite(ctx context.Context, w chat.Website) error
	// Website returns one; ErrNotFound when there is none.
	Website(ctx context.Context, id chat.WebsiteID) (chat.Website, error)
	// Websites returns all, oldest first.
	Websites(ctx context.Context) ([]chat.Website, error)

	// PutAgent adds or replaces an agent. ErrTaken: another agent has the e-mail address. Addresses are compared without regard to case.
	PutAgent(ctx context.Context, a chat.Agent) error
	// Agent returns one; ErrNotFound when there is none.
	Agent(ctx context.Context, id chat.AgentID) (chat.Agent, error)
	// AgentByEmail finds an agent without regard to case; ErrNotFound when there is none.
	AgentByEmail(ctx context.Context, email string) (chat.Agent, error)
	// Agents returns all, oldest first.
	Agents(ctx context.Context) ([]chat.Agent, error)

	// PutPassword stores the encoded hash of an agent's password; the plain one never arrives here.
	PutPassword(ctx context.Context, agent chat.AgentID, encodedHash string) error
	// Password returns the encoded hash; ErrNotFound when none was set.
	Password(ctx context.Context, agent chat.AgentID) (string, error)

	// PutLogin keeps a login under the hash of its token.
	PutLogin(ctx context.Context, tokenHash [32]byte, l Login) error
	// Login finds a login; ErrNotFound when there is none. Whether it has ended is the caller's to say.
	Login(ctx context.Context, tokenHash [32]byte) (Login, error)
	// DeleteLogin ends one login; it need not exist.
	DeleteLogin(ctx context.Context, tokenHash [32]byte) error
	// DeleteLogins ends all logins of an agent.
	DeleteLogins(ctx context.Context, agent chat.AgentID) error

	// Swept is how retention stands; the zero value when it was never carried out. PutSwept sets it.
	Swept(ctx context.Context) (Sweep, error)
	PutSwept(ctx context.Context, s Sweep) error

	// DeploymentKey returns the deployment's 256-bit secret, made at the first call.
	DeploymentKey(ctx context.Context) ([32]byte, error)
}

// Sweep is how retention stands.
type Sweep struct {
	// At is when it was last carried out. Doubted is since when the clock is not believed (G20), zero while it is.
	At      time.Time `json:"at"`
	Doubted time.Time `json:"doubted,omitzero"`
}

// Login is one agent's login from one browser.
type Login struct {
	Agent     chat.AgentID `json:"agent"`
	CreatedAt time.Time    `json:"created_at"`
	ExpiresAt time.Time    `json:"expires_at"`
}
