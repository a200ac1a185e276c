// Package testprogram builds the parlor program and runs it as a process of its own, for tests that kill, restart and reach it from outside.
package testprogram

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/internal/testclient"
)

// patience is how long a process may take for what takes milliseconds.
const patience = 20 * time.Second

// Program is the built program.
type Program struct{ Path string }

// Main builds the program, runs the tests with it, and returns their exit code. It is for TestMain.
func Main(m *testing.M, program *Program) int {
	dir, err := os.MkdirTemp("", "parlor-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }() // what is left in the temporary directory is the system's to remove
	program.Path = filepath.Join(dir, "parlor")
	if runtime.GOOS == "windows" {
		program.Path += ".exe"
	}
	build := exec.Command("go", "build", "-o", program.Path, "github.com/parlor-chat/parlor/cmd/parlor")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// Ready is the line that a demo prints.
type Ready struct {
	URL     string `json:"url"`
	Website string `json:"website"`
	Agent   struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	} `json:"agent"`
	Data  string `json:"data"`
	Admin string `json:"admin"`
}

// Process is a running program.
type Process struct {
	Ready Ready
	cmd   *exec.Cmd
	log   locked
	once  sync.Once
}

// Demo starts a demo on a data directory and waits until it is ready. It is killed when the test ends.
func (p *Program) Demo(t *testing.T, dir, listen string, args ...string) *Process {
	t.Helper()
	return begin(t, exec.Command(p.Path, demo(dir, listen, args)...))
}

// Supervised is Demo as a service manager starts it: with variables beside its own, and with descriptors from 3 on.
func (p *Program) Supervised(t *testing.T, environment []string, files []*os.File, dir, listen string, args ...string) *Process {
	t.Helper()
	cmd := exec.Command("sh", append([]string{"-c", `LISTEN_PID=$$ exec "$0" "$@"`, p.Path}, demo(dir, listen, args)...)...)
	cmd.Env, cmd.ExtraFiles = append(os.Environ(), environment...), files
	return begin(t, cmd)
}

// Limited is Demo with so many descriptors.
func (p *Program) Limited(t *testing.T, descriptors int, dir, listen string, args ...string) *Process {
	t.Helper()
	limit := fmt.Sprintf(`ulimit -n %d && exec "$0" "$@"`, descriptors)
	return begin(t, exec.Command("sh", append([]string{"-c", limit, p.Path}, demo(dir, listen, args)...)...))
}

func demo(dir, listen string, args []string) []string {
	return append([]string{"demo", "--json", "--data", dir, "--listen", listen}, args...)
}

func begin(t *testing.T, cmd *exec.Cmd) *Process {
	t.Helper()
	run := &Process{cmd: cmd}
	run.cmd.Stderr = &run.log
	out, err := run.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(run.Kill)
	line := make(chan string, 1)
	go func() { // ends with the process at the latest
		text, _ := bufio.NewReader(out).ReadString('\n') // an end without a line is told below
		line <- text
	}()
	select {
	case text := <-line:
		if err := json.Unmarshal([]byte(text), &run.Ready); err != nil {
			run.Kill()
			t.Fatalf("the demo printed %q and logged:\n%s", text, run.Log())
		}
	case <-time.After(patience):
		t.Fatal("the demo is not ready")
	}
	return run
}

// Kill ends the process as a power switch does.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	p.wait()
}

func (p *Process) wait() { p.once.Do(func() { _ = p.cmd.Wait() }) } // the exit code is read from the state

// Interrupt asks the process to end, and returns its exit code.
func (p *Process) Interrupt(t *testing.T) int { return p.Signal(t, os.Interrupt) }

// Signal sends a signal on which the process ends, and returns its exit code.
func (p *Process) Signal(t *testing.T, s os.Signal) int {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	p.wait()
	return p.cmd.ProcessState.ExitCode()
}

// Log is what the process logged.
func (p *Process) Log() string { return p.log.String() }

// Server is how clients reach the process.
func (p *Process) Server() testclient.Server {
	return testclient.Server{URL: p.Ready.URL, HTTP: &http.Client{Transport: &http.Transport{}}}
}

// Run runs a command to its end.
func (p *Program) Run(t *testing.T, stdin string, args ...string) (code int, out, log string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.Path, args...)
	var stdout, stderr strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	_ = cmd.Run() // the exit code tells
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

// FreePort is an address that nobody listens on.
func FreePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// locked is a buffer that a process writes and a test reads.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
