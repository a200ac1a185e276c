package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/internal/testclient"
)

func TestDemoIsReadyInTwoSecondsAndKeepsItsPassword(t *testing.T) {
	dir := t.TempDir()
	began := time.Now()
	p := program.Demo(t, dir, "127.0.0.1:0")
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("ready after %v", took)
	}
	if p.Ready.Agent.Password == "" || p.Ready.Website == "" || p.Ready.Data != dir || p.Ready.Admin == "" {
		t.Errorf("ready line %+v", p.Ready)
	}
	for _, path := range []string{"/demo", "/demo/pricing", "/l.js", "/inbox/", "/policy/" + p.Ready.Website} {
		if status, _ := get(t, p.Ready.URL+path); status != 200 {
			t.Errorf("%s: status %d", path, status)
		}
	}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/metrics": "parlor_connections", "/debug/pprof/": "goroutine"} {
		if status, body := get(t, p.Ready.Admin+path); status != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: status %d", path, status)
		}
		if status, _ := get(t, p.Ready.URL+path); status != 404 {
			t.Errorf("%s is public: status %d", path, status)
		}
	}
	cookie, err := p.Server().Login(t.Context(), p.Ready.Agent.Email, p.Ready.Agent.Password)
	if err != nil {
		t.Fatal(err)
	}
	if code := p.Interrupt(t); code != 0 {
		t.Errorf("interrupted: exit code %d\n%s", code, p.Log())
	}
	p = program.Demo(t, dir, "127.0.0.1:0")
	if p.Ready.Agent.Password != "" {
		t.Error("the password was printed again")
	}
	a, err := p.Server().Work(t.Context(), cookie)
	if err != nil {
		t.Fatalf("the login did not survive: %v", err)
	}
	a.Close()
	p.Interrupt(t)
	p = program.Demo(t, dir, "127.0.0.1:0", "--new-password")
	if _, err := p.Server().Login(t.Context(), p.Ready.Agent.Email, p.Ready.Agent.Password); err != nil {
		t.Errorf("the new password: %v", err)
	}
}

func TestEveryProblemOfTheConfigurationIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "parlor.yaml")
	if err := os.WriteFile(file, []byte("http:\n  listen: nowhere\n  shade: red\ntimeouts:\n  ping: soon\nlog:\n  level: loud\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PARLOR_LIMITS_PENDING", "0")
	t.Setenv("PARLOR_NONSENSE", "1")
	dir := filepath.Join(t.TempDir(), "data")
	code, _, log := parlor(t, "serve", "--config", file, "--data", dir, "--set", "sessions.temporary=2h", "--public-url", "chat.example.com")
	if code != 2 {
		t.Errorf("exit code %d, want 2", code)
	}
	for _, want := range []string{
		"http.listen", "http.shade", "timeouts.ping", "log.level", "limits.pending", "PARLOR_NONSENSE", "sessions.temporary", "http.public_urls",
	} {
		if !strings.Contains(log, want) {
			t.Errorf("%s is not named in:\n%s", want, log)
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the data directory was made all the same")
	}
}

func TestAPortThatIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	dir := filepath.Join(t.TempDir(), "data")
	for flag, setting := range map[string]string{"--listen": "http.listen", "--admin-listen": "admin.listen"} {
		args := []string{"serve", "--data", dir, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", flag, l.Addr().String()}
		code, _, log := parlor(t, args...)
		for _, want := range []string{setting, l.Addr().String(), flag, "PARLOR_"} {
			if code != 1 || !strings.Contains(log, want) {
				t.Errorf("exit code %d, and %q is not in: %s", code, want, log)
			}
		}
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the data directory was made all the same")
	}
}

func TestADataDirectoryInUse(t *testing.T) {
	p := program.Demo(t, t.TempDir(), "127.0.0.1:0")
	code, _, log := parlor(t, "serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--data", p.Ready.Data)
	if code != 1 || !strings.Contains(log, p.Ready.Data) || !strings.Contains(log, "use") {
		t.Errorf("exit code %d: %s", code, log)
	}
	if status, _ := get(t, p.Ready.URL+"/demo"); status != 200 {
		t.Error("the one that runs was disturbed")
	}
}

func TestOperatorsCommandsBesideARunningNodeAndWithoutOne(t *testing.T) {
	dir := t.TempDir()
	must := func(args ...string) string {
		t.Helper()
		code, out, log := program.Run(t, "a long enough password\n", append(args, "--data", dir)...)
		if code != 0 {
			t.Fatalf("%v: exit code %d\n%s", args, code, log)
		}
		return out
	}
	out := must("website", "add", "Shop", "--origin", "https://www.shop.example")
	if !strings.Contains(out, "/l.js") {
		t.Errorf("no line to embed in:\n%s", out)
	}
	id := strings.Fields(strings.SplitN(must("website", "list"), "\n", 3)[1])[0]
	must("agent", "add", "bea@example.com", "--name", "Bea", "--website", id, "--stdin")

	p := program.Demo(t, dir, "127.0.0.1:0")
	must("website", "set", id, "--origin", "https://first.example", "--origin", "https://other.example", "--cookie-mode", "open")
	if _, err := p.Server().Visit(t.Context(), id, nil, testclient.Header{Origin: "https://www.shop.example"}); err == nil {
		t.Error("the running node still takes the old origin")
	}
	for _, origin := range []string{"https://first.example", "https://other.example"} {
		v, err := p.Server().Visit(t.Context(), id, nil, testclient.Header{Origin: origin})
		if err != nil {
			t.Fatal(err)
		}
		if v.Welcome.Cookie.Mode != "open" {
			t.Errorf("cookie %+v", v.Welcome.Cookie)
		}
		v.Close()
	}
	cookie, err := p.Server().Login(t.Context(), "bea@example.com", "a long enough password")
	if err != nil {
		t.Fatal(err)
	}
	out = must("agent", "password", "bea@example.com")
	if _, err := p.Server().Work(t.Context(), cookie); err == nil {
		t.Error("the login outlived the password")
	}
	fields := strings.Fields(strings.TrimSpace(out))
	if _, err := p.Server().Login(t.Context(), "bea@example.com", fields[len(fields)-1]); err != nil {
		t.Errorf("the printed password: %v", err)
	}
	if code, _, log := parlor(t, "agent", "add", "BEA@example.com", "--name", "Other", "--data", dir); code != 1 || strings.Contains(log, "example.com") {
		t.Errorf("an address that is taken: exit code %d, %s", code, log)
	}
	if code, _, log := parlor(t, "website", "set", id, "--cookie-mode", "always", "--ip-retention", "1h", "--data", dir); code != 1 ||
		!strings.Contains(log, "cookie mode") || !strings.Contains(log, "ip retention") {
		t.Errorf("exit code %d: %s", code, log)
	}
}

func TestPolicyIsMadeFromTheConfiguration(t *testing.T) {
	dir := t.TempDir()
	if code, _, log := parlor(t, "website", "add", "Shop", "--data", dir, "--cookie-max-age", "2400h", "--ip-retention", "17520h"); code != 0 {
		t.Fatal(log)
	}
	code, out, log := parlor(t, "policy", "--data", dir, "--set", "sessions.temporary=10m", "--set", "cookies.prefix=shop/")
	if code != 0 {
		t.Fatal(log)
	}
	for _, want := range []string{"shop/session/", "10 minutes", "3 months and 10 days", "2 years"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
	}
	_, out, _ = parlor(t, "policy", "--data", dir, "--json")
	var document struct{ Items []struct{ Promise string } }
	if err := json.Unmarshal([]byte(out), &document); err != nil || !slices.ContainsFunc(document.Items, func(i struct{ Promise string }) bool { return strings.Contains(i.Promise, "P9") }) {
		t.Errorf("%v: %s", err, out)
	}
}

func TestListsInTheEnvironmentAndOnTheCommandLineAreSeparatedByCommas(t *testing.T) {
	s := settings{
		Set: map[string]string{"http.trusted_proxies": "10.0.0.0/8,192.0.2.1"},
		lookup: func() []string {
			return []string{"PARLOR_HTTP_PUBLIC_URLS=https://chat.example.com, https://chat.example.org", "PARLOR_HTTP_TRUSTED_PROXIES="}
		},
	}
	l, err := s.load()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"https://chat.example.com", "https://chat.example.org"}; !slices.Equal(l.HTTP.PublicURLs, want) {
		t.Errorf("public URLs %q, want %q", l.HTTP.PublicURLs, want)
	}
	if want := []string{"10.0.0.0/8", "192.0.2.1"}; !slices.Equal(l.HTTP.TrustedProxies, want) {
		t.Errorf("trusted proxies %q, want %q", l.HTTP.TrustedProxies, want)
	}
	s.Set = nil
	if l, err := s.load(); err != nil || len(l.HTTP.TrustedProxies) != 0 {
		t.Errorf("an empty variable is %q, %v", l.HTTP.TrustedProxies, err)
	}
}

// TestBackupBesideARunningNodeAndWithoutOne: what was said before it is in it, and a node serves from the copy.
func TestBackupBesideARunningNodeAndWithoutOne(t *testing.T) {
	top := t.TempDir()
	dir, first, second := filepath.Join(top, "data"), filepath.Join(top, "first"), filepath.Join(top, "second")
	p := program.Demo(t, dir, "127.0.0.1:0")
	v, err := p.Server().Visit(t.Context(), p.Ready.Website, nil, testclient.Header{Origin: p.Ready.URL})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := v.Say("Is it in the backup?"); err != nil {
		t.Fatal(err)
	}
	token := v.Welcome.Token
	code, out, log := parlor(t, "backup", first, "--data", dir)
	if code != 0 || !strings.Contains(out, "conversations 1, messages 1,") {
		t.Fatalf("exit code %d: %s%s", code, out, log)
	}
	for _, args := range [][]string{{"backup", first, "--data", dir}, {"backup", filepath.Join(dir, "inside"), "--data", dir}, {"verify", "--data", dir}, {"verify", top}} {
		if code, _, log := parlor(t, args...); code != 1 || log == "" || strings.Contains(log, "backup?") {
			t.Errorf("%v: exit code %d, %s", args, code, log)
		}
	}
	v.Close()
	p.Kill()
	if code, out, log := parlor(t, "backup", second, "--data", dir); code != 0 {
		t.Errorf("exit code %d: %s%s", code, out, log)
	}
	copied := program.Demo(t, first, "127.0.0.1:0")
	back, err := copied.Server().Visit(t.Context(), copied.Ready.Website, testclient.Hello{"token": token}, testclient.Header{Origin: copied.Ready.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer back.Close()
	if f, err := back.Expect("history"); err != nil || len(f.Messages) != 1 || f.Messages[0].TextOf() != "Is it in the backup?" {
		t.Errorf("the copy has %s, %v", f.Raw, err)
	}
	if code, out, log := parlor(t, "verify", second); code != 0 || !strings.Contains(out, "is good") {
		t.Errorf("exit code %d: %s%s", code, out, log)
	}
}
