// Package chromium starts real browsers for tests.
package chromium

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// ErrNone says that there is no Chromium on the machine.
var ErrNone = errors.New("chromium: there is none on this machine; run make setup")

// names under which distributions and vendors install it.
var names = [...]string{
	"chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
}

// Options are what a test may want of a browser.
type Options struct {
	// Profile is the directory in which the browser keeps its cookies; empty: a fresh one that is removed.
	Profile string
	// Hosts maps host names, such as "*.site.test", to this machine.
	Hosts []string
	// Width and Height of the window in CSS pixels; zero: 1280 by 800.
	Width, Height int
}

// Browser is a running browser.
type Browser struct {
	t    testing.TB
	ctx  context.Context
	end  func()
	once sync.Once
	used bool
}

// Start starts a browser. It is closed when the test ends.
func Start(t testing.TB, o Options) *Browser {
	t.Helper()
	path, err := find()
	if err != nil {
		t.Fatal(err)
	}
	if o.Width == 0 {
		o.Width, o.Height = 1280, 800
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], // an array, so this copies
		chromedp.ExecPath(path), chromedp.WindowSize(o.Width, o.Height),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-gpu", true),
		chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("host-resolver-rules", rules(o.Hosts)),
	)
	if o.Profile != "" {
		flags = append(flags, chromedp.UserDataDir(o.Profile))
	}
	if runtime.GOOS == "linux" && os.Geteuid() == 0 {
		flags = append(flags, chromedp.NoSandbox) // its sandbox refuses to work for root, as in most containers
	}
	allocated, free := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, cancel := chromedp.NewContext(allocated)
	b := &Browser{t: t, ctx: ctx, end: func() {
		_ = chromedp.Cancel(ctx) // a browser that ended already has nothing to say
		cancel()
		free()
	}}
	t.Cleanup(b.Close)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return b
}

// Close ends the browser politely, so that it writes its cookies, and waits.
func (b *Browser) Close() { b.once.Do(b.end) }

// Tab opens a tab.
func (b *Browser) Tab() *Tab {
	b.t.Helper()
	if !b.used { // the browser began with one
		b.used = true
		return newTab(b.t, b.ctx)
	}
	ctx, cancel := chromedp.NewContext(b.ctx)
	b.t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		b.t.Fatalf("open a tab: %v", err)
	}
	return newTab(b.t, ctx)
}

func find() (string, error) {
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrNone
}

func rules(hosts []string) string {
	var b strings.Builder
	for _, h := range hosts {
		b.WriteString("MAP " + h + " 127.0.0.1, ")
	}
	return b.String() + "EXCLUDE localhost"
}
