package main

import (
	"io"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/internal/testprogram"
)

// program is the built parlor.
var program testprogram.Program

func TestMain(m *testing.M) { os.Exit(testprogram.Main(m, &program)) }

// parlor runs a command to its end.
func parlor(t *testing.T, args ...string) (code int, out, log string) {
	t.Helper()
	return program.Run(t, "", args...)
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	client := http.Client{Timeout: 30 * time.Second}
	answer, err := client.Get(url)
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
