package load

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/parlor-chat/parlor/bench/client"
	"github.com/parlor-chat/parlor/bench/target"
)

// askers are agents' connections on which questions are asked at given times. Each question has a number, by which its answer is known.
type askers struct {
	conns []client.Conn
	// answered counts the answers.
	answered atomic.Int64
	faults   faults
	over     atomic.Bool
	reading  sync.WaitGroup
}

// newAskers connects so many agents.
func newAskers(ctx context.Context, t target.Target, n int, fail context.CancelCauseFunc) (*askers, error) {
	a := &askers{faults: faults{fail: fail}}
	for i := range n {
		conn, err := t.Agent(ctx, i, nil)
		if err != nil {
			return nil, a.close(err)
		}
		a.conns = append(a.conns, conn)
	}
	return a, nil
}

// listen starts the readers: got is called for everything that agents receive, by a goroutine for each. close ends them.
func (a *askers) listen(got func(data []byte, f frame) error) {
	for _, conn := range a.conns {
		a.reading.Go(func() { a.read(conn, got) })
	}
}

func (a *askers) read(conn client.Conn, got func([]byte, frame) error) {
	for {
		data, err := conn.Read()
		if err != nil {
			if !a.over.Load() {
				a.faults.add(cutOff, fmt.Errorf("reading: %w", err))
			}
			return
		}
		f, err := parse(data)
		if err == nil {
			err = got(data, f)
		}
		if err != nil {
			a.faults.add(kindOf(err), err)
		}
	}
}

// ask sends question number k.
func (a *askers) ask(k int, question []byte) error { return a.conns[k%len(a.conns)].Send(question) }

// settle waits until there are so many answers.
func (a *askers) settle(ctx context.Context, n int) error {
	if err := until(ctx, settleTime, func() bool { return a.answered.Load() >= int64(n) }); err != nil {
		return fmt.Errorf("%d of %d answers came: %w", a.answered.Load(), n, err)
	}
	return nil
}

// close ends the connections and returns what went wrong, or else the given error.
func (a *askers) close(otherwise error) error {
	a.over.Store(true)
	for _, c := range a.conns {
		_ = c.Close()
	}
	a.reading.Wait()
	return a.faults.err(otherwise)
}
