package engine

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"

	"github.com/parlor-chat/parlor/networks"
	"github.com/parlor-chat/parlor/persistence"
)

// Networks are what operators see and change of the verdicts on networks (P11). They are kept by hash: only who has an address can ask for it.
type Networks interface {
	// CheckNetwork tells how an address and its networks stand.
	CheckNetwork(ctx context.Context, a netip.Addr) (networks.Standing, error)
	// ForgiveNetwork forgets what is held against an address and its networks, and tells how they stood. A running node heeds it at once.
	ForgiveNetwork(ctx context.Context, a netip.Addr) (networks.Standing, error)
}

// verdicts starts the verdicts of a store. The caller stops them.
func (c Config) verdicts(ctx context.Context, store persistence.Store, log *slog.Logger) (*networks.Verdicts, error) {
	key, err := store.DeploymentKey(ctx)
	if err != nil {
		return nil, fmt.Errorf("engine: deployment key: %w", err)
	}
	l := c.Limits
	v, err := networks.Start(ctx, store, key, networks.Rules{
		Address: l.BlocksPerAddress, Per24: l.BlocksPer24, Per64: l.BlocksPer64, Per48: l.BlocksPer48, Within: l.BlocksWithin, Term: l.RefusedFor,
	}, log)
	if err != nil {
		return nil, fmt.Errorf("engine: verdicts on networks: %w", err)
	}
	return v, nil
}

// CheckNetwork implements Networks.
func (o *Operator) CheckNetwork(ctx context.Context, a netip.Addr) (s networks.Standing, err error) {
	return s, o.withVerdicts(ctx, func(v *networks.Verdicts) error {
		s, err = v.Check(ctx, a)
		return err
	})
}

// ForgiveNetwork implements Networks.
func (o *Operator) ForgiveNetwork(ctx context.Context, a netip.Addr) (s networks.Standing, err error) {
	return s, o.withVerdicts(ctx, func(v *networks.Verdicts) error {
		s, err = v.Forgive(ctx, a)
		return err
	})
}

// withVerdicts uses the running node's verdicts, else those of the store.
func (o *Operator) withVerdicts(ctx context.Context, f func(*networks.Verdicts) error) error {
	if o.verdicts != nil {
		return f(o.verdicts)
	}
	v, err := o.config.verdicts(ctx, o.store, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer v.Stop()
	return f(v)
}

// CheckNetwork implements Networks.
func (d *RemoteDirectory) CheckNetwork(ctx context.Context, a netip.Addr) (s networks.Standing, err error) {
	return s, d.call(ctx, http.MethodPut, "network/check", a, &s)
}

// ForgiveNetwork implements Networks.
func (d *RemoteDirectory) ForgiveNetwork(ctx context.Context, a netip.Addr) (s networks.Standing, err error) {
	return s, d.call(ctx, http.MethodPut, "network/forgive", a, &s)
}
