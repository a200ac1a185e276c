package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/internal/testclient"
)

// program is the built parlor.
var program string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "parlor-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program = filepath.Join(dir, "parlor")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(dir) // what is left in the temporary directory is the system's to remove
	os.Exit(code)
}

// patience is how long a process may take for what takes milliseconds.
const patience = 20 * time.Second

// process is a running parlor.
type process struct {
	cmd   *exec.Cmd
	lines chan string
	log   bytes.Buffer
	ready demoReady
}

// demo starts a demo on a data directory and waits until it is ready.
func demo(t *testing.T, dir, listen string, args ...string) *process {
	t.Helper()
	p := &process{lines: make(chan string, 16)}
	p.cmd = exec.Command(program, append([]string{"demo", "--json", "--data", dir, "--listen", listen}, args...)...)
	p.cmd.Stderr = &p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.kill() })
	go func() { // ends with the process
		defer close(p.lines)
		for s := bufio.NewScanner(out); s.Scan(); {
			p.lines <- s.Text()
		}
	}()
	select {
	case line, ok := <-p.lines:
		if !ok {
			_ = p.cmd.Wait() // the log says why it ended
			t.Fatalf("the demo ended at its start:\n%s", p.log.String())
		}
		if err := json.Unmarshal([]byte(line), &p.ready); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
	case <-time.After(patience):
		t.Fatal("the demo is not ready")
	}
	return p
}

// kill ends the process as a power switch does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	_ = p.cmd.Wait()
}

// interrupt asks the process to end, and returns its exit code.
func (p *process) interrupt(t *testing.T) int {
	t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // the exit code tells
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) server() testclient.Server {
	return testclient.Server{URL: p.ready.URL, HTTP: &http.Client{Transport: &http.Transport{}}}
}

// parlor runs a command to its end.
func parlor(t *testing.T, args ...string) (code int, out, log string) {
	t.Helper()
	return parlorWith(t, "", args...)
}

func parlorWith(t *testing.T, stdin string, args ...string) (code int, out, log string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	var stdout, stderr strings.Builder
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &stdout, &stderr
	_ = cmd.Run() // the exit code tells
	return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}
