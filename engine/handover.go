package engine

import (
	"errors"
	"fmt"
	"log/slog"

	"github.com/parlor-chat/parlor/engine/handover"
)

// handoverDir is the directory for a file of temporary sessions, empty without one. A directory that was named and will not do is an error: it is
// better found at the start than at the stop.
func (n *Node) handoverDir() (string, error) {
	switch dir := n.config.Handover.Dir; dir {
	case handoverOff:
		return "", nil
	case handoverAuto:
		if dir := n.options.RuntimeDir; dir != "" && handover.CheckDir(dir) == nil {
			return dir, nil
		}
		return "", nil
	default:
		if err := handover.CheckDir(dir); err != nil {
			return "", fmt.Errorf("handover.dir: %w (--set handover.dir=… or PARLOR_HANDOVER_DIR)", err)
		}
		return dir, nil
	}
}

// takeOver goes on with the temporary sessions that the process before has left (P12). Without them the node serves as well.
func (n *Node) takeOver() {
	sessions, err := n.handover.Take()
	for _, s := range sessions {
		n.system.Restore(s)
	}
	if err != nil {
		n.log.Warn("sessions without messages that the process before has left are not used: they end early", slog.Any("error", err))
	}
	if len(sessions) > 0 {
		n.log.Info("sessions without messages go on", slog.Int("sessions", len(sessions)))
	}
}

// handOver leaves temporary sessions for the next process, if there is a place in memory.
func (n *Node) handOver() {
	if n.system.Stats().Resting.Load() == 0 {
		return
	}
	sessions, where, err := n.handover.Give(n.system.Left())
	switch {
	case errors.Is(err, handover.ErrNowhere):
		n.log.Info("sessions without messages end with this process: set FileDescriptorStoreMax= in the unit, or handover.dir")
	case err != nil:
		n.log.Warn("sessions without messages end with this process: they could not be handed over", slog.Any("error", err))
	case sessions > 0:
		n.log.Info("sessions without messages wait for the next process", slog.Int("sessions", sessions), slog.String("in", where))
	}
}

// tell logs that the service manager could not be told something.
func (n *Node) tell(what string, err error) {
	if err != nil {
		n.log.Warn("systemd could not be told how the node is", slog.String("state", what), slog.Any("error", err))
	}
}
