package bundle

import (
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// Browsers whose syntax the output keeps to.
var engines = []api.Engine{
	{Name: api.EngineChrome, Version: "100"},
	{Name: api.EngineFirefox, Version: "100"},
	{Name: api.EngineSafari, Version: "15.4"},
}

// ErrNoInbox says that web/inbox has no entry point yet.
var ErrNoInbox = errors.New("web/inbox/main.ts does not exist")

// Script bundles one entry point into one classic script, wrapped so that it leaves no globals behind.
func Script(entry string, minify bool) ([]byte, error) {
	files, err := run(api.BuildOptions{
		EntryPoints:       []string{entry},
		Outfile:           "out.js",
		Format:            api.FormatIIFE,
		MinifyWhitespace:  minify,
		MinifyIdentifiers: minify,
		MinifySyntax:      minify,
	})
	if err != nil {
		return nil, err
	}
	return files["out.js"], nil
}

// Build returns the files of web/dist by their slash-separated names. root is the directory web. When the inbox has no entry point, the
// other files are returned along with ErrNoInbox.
func Build(root string) (map[string][]byte, error) {
	dist := make(map[string][]byte)
	widget, err := Script(filepath.Join(root, "widget", "main.ts"), true)
	if err != nil {
		return nil, fmt.Errorf("bundle widget: %w", err)
	}
	dist["l.js"] = widget
	if err := demo(root, dist); err != nil {
		return nil, fmt.Errorf("bundle demo: %w", err)
	}
	if _, err := os.Stat(filepath.Join(root, "inbox", "main.ts")); errors.Is(err, os.ErrNotExist) {
		return dist, ErrNoInbox
	}
	if err := inbox(root, dist); err != nil {
		return nil, fmt.Errorf("bundle inbox: %w", err)
	}
	return dist, nil
}

// demo bundles the demo's script and style under plain names: the page is for looking, not for caching.
func demo(root string, dist map[string][]byte) error {
	from := filepath.Join(root, "demo")
	files, err := run(api.BuildOptions{
		EntryPoints:       []string{filepath.Join(from, "demo.ts"), filepath.Join(from, "demo.css")},
		Outdir:            ".",
		Format:            api.FormatIIFE,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
	})
	if err != nil {
		return err
	}
	for name, contents := range files {
		dist["demo/"+name] = contents
	}
	page, err := os.ReadFile(filepath.Join(from, "index.html"))
	dist["demo/index.html"] = page
	return err
}

// inbox bundles the inbox under names that carry a hash of their contents, so that browsers keep them for good, and puts those names into
// its page in place of /inbox/app.js and /inbox/app.css.
func inbox(root string, dist map[string][]byte) error {
	base, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	from := filepath.Join(base, "inbox")
	files, err := run(api.BuildOptions{
		AbsWorkingDir:     base, // the hash counts paths too: it must not depend on where the build was started
		EntryPoints:       []string{filepath.Join(from, "main.ts")},
		EntryNames:        "app-[hash]",
		AssetNames:        "asset-[hash]",
		Outdir:            ".",
		Format:            api.FormatESModule,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
	})
	if err != nil {
		return err
	}
	page, err := os.ReadFile(filepath.Join(from, "index.html"))
	if err != nil {
		return err
	}
	text := string(page)
	for name, contents := range files {
		dist["inbox/"+name] = contents
		if strings.HasPrefix(name, "app-") {
			text = strings.ReplaceAll(text, "/inbox/app"+path.Ext(name), "/inbox/"+name)
		}
	}
	dist["inbox/index.html"] = []byte(text)
	return nil
}

// run builds with what all bundles have in common and returns the files by their names.
func run(o api.BuildOptions) (map[string][]byte, error) {
	o.Bundle = true
	o.Write = false
	o.LogLevel = api.LogLevelSilent
	o.Charset = api.CharsetUTF8
	o.LegalComments = api.LegalCommentsNone
	o.Target = api.ES2020
	o.Engines = engines
	o.Loader = map[string]api.Loader{".svg": api.LoaderDataURL, ".woff2": api.LoaderFile}
	o.Plugins = []api.Plugin{styleText}
	if o.AbsWorkingDir == "" {
		base, err := filepath.Abs(".")
		if err != nil {
			return nil, err
		}
		o.AbsWorkingDir = base
	}
	result := api.Build(o)
	if len(result.Errors) > 0 {
		return nil, problem(result.Errors)
	}
	files := make(map[string][]byte, len(result.OutputFiles))
	for _, f := range result.OutputFiles {
		name, err := filepath.Rel(o.AbsWorkingDir, f.Path)
		if err != nil {
			return nil, err
		}
		files[filepath.ToSlash(name)] = f.Contents
	}
	return files, nil
}

func problem(messages []api.Message) error {
	lines := api.FormatMessages(messages, api.FormatMessagesOptions{Kind: api.ErrorMessage})
	return errors.New(strings.TrimSpace(strings.Join(lines, "")))
}
