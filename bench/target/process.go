package target

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

const (
	// startTime is how long a system may take until it serves, stopTime until it is gone.
	startTime = 30 * time.Second
	stopTime  = 40 * time.Second
)

// Process is a system's process.
type Process struct {
	cmd   *exec.Cmd
	admin string
	// ended is closed when the process is gone; err is then how.
	ended chan struct{}
	err   error
}

// run starts a program and reads the line of JSON that it prints when it is ready.
func run(ctx context.Context, ready any, program string, args ...string) (*Process, error) {
	cmd := exec.Command(program, args...)
	cmd.Env = environment()
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("target: %w", err)
	}
	p := &Process{cmd: cmd, ended: make(chan struct{})}
	first := make(chan error, 1)
	go func() { // ends with the process; Stop waits for it
		line, err := bufio.NewReader(out).ReadBytes('\n')
		if err == nil {
			err = json.Unmarshal(line, ready)
		}
		first <- err
		_, _ = io.Copy(io.Discard, out)
		p.err = cmd.Wait()
		close(p.ended)
	}()
	select {
	case err = <-first:
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-time.After(startTime):
		err = errors.New("it did not say that it is ready")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("target: %s: %w", program, err), p.kill())
	}
	return p, nil
}

// environment is ours, without settings of a Parlor that somebody runs here.
func environment() []string {
	var kept []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PARLOR_") {
			kept = append(kept, v)
		}
	}
	return kept
}

// ID is the process id.
func (p *Process) ID() int { return p.cmd.Process.Pid }

// Stop asks the process to end, and waits; it is killed when it takes too long.
func (p *Process) Stop() error { return p.end(syscall.SIGTERM) }

// end sends a signal and waits for the end. That a process dies of SIGKILL is no error.
func (p *Process) end(signal syscall.Signal) error {
	if signal == syscall.SIGKILL {
		return p.kill()
	}
	if err := p.cmd.Process.Signal(signal); err != nil {
		return p.kill()
	}
	select {
	case <-p.ended:
		return p.err
	case <-time.After(stopTime):
		return errors.Join(errors.New("target: the process did not stop in time"), p.kill())
	}
}

func (p *Process) kill() error {
	_ = p.cmd.Process.Kill() // may be gone
	<-p.ended
	return nil
}

// CollectGarbage makes the process run a full garbage collection, and give back what that freed.
func (p *Process) CollectGarbage(ctx context.Context) error {
	return p.ask(ctx, http.MethodPost, "free", io.Discard)
}

// Profile writes one of the process's profiles: what net/http/pprof has under the name, which may have a query.
func (p *Process) Profile(ctx context.Context, name string, to io.Writer) error {
	return p.ask(ctx, http.MethodGet, "pprof/"+name, to)
}

func (p *Process) ask(ctx context.Context, method, what string, to io.Writer) error {
	r, err := http.NewRequestWithContext(ctx, method, p.admin+"/debug/"+what, nil)
	if err != nil {
		return fmt.Errorf("target: %w", err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("target: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("target: %s was answered with %s", what, answer.Status)
	}
	if _, err := io.Copy(to, answer.Body); err != nil {
		return fmt.Errorf("target: %w", err)
	}
	return nil
}
