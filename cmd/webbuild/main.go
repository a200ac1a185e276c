// Command webbuild bundles the browser code under web/ into web/dist, which the engine embeds. It needs no Node.
//
//	webbuild          writes web/dist
//	webbuild -check   fails when web/dist is not what the sources give
package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/parlor-chat/parlor/web/bundle"
)

func main() {
	root := flag.String("root", "web", "the directory of the browser code")
	check := flag.Bool("check", false, "write nothing; fail when dist is not up to date")
	flag.Parse()
	if err := run(*root, *check); err != nil {
		fmt.Fprintln(os.Stderr, "webbuild:", err)
		os.Exit(1)
	}
}

func run(root string, check bool) error {
	files, err := bundle.Build(root)
	if errors.Is(err, bundle.ErrNoInbox) {
		fmt.Fprintln(os.Stderr, "no inbox:", err)
	} else if err != nil {
		return err
	}
	dist := filepath.Join(root, "dist")
	if check {
		return compare(dist, files)
	}
	if err := write(dist, files); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(os.Stdout, "%8d bytes %8d gzip  %s\n", len(files[name]), gzipped(files[name]), name)
	}
	return nil
}

// compare reports every file that differs, is missing, or is left over.
func compare(dist string, files map[string][]byte) error {
	have, err := list(dist)
	if err != nil {
		return err
	}
	var problems []error
	for _, name := range slices.Sorted(maps.Keys(files)) {
		contents, err := os.ReadFile(filepath.Join(dist, filepath.FromSlash(name)))
		if err != nil || !bytes.Equal(contents, files[name]) {
			problems = append(problems, fmt.Errorf("%s is not up to date; run go run ./cmd/webbuild", name))
		}
	}
	for _, name := range have {
		if _, ok := files[name]; !ok {
			problems = append(problems, fmt.Errorf("%s is left over; run go run ./cmd/webbuild", name))
		}
	}
	return errors.Join(problems...)
}

// write makes dist exactly the files: what is there beside them is removed, so that old hashed names do not pile up.
func write(dist string, files map[string][]byte) error {
	have, err := list(dist)
	if err != nil {
		return err
	}
	for _, name := range have {
		if _, ok := files[name]; !ok {
			if err := os.Remove(filepath.Join(dist, filepath.FromSlash(name))); err != nil {
				return err
			}
		}
	}
	for name, contents := range files {
		path := filepath.Join(dist, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, contents, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// list returns the names of the files in dist; none when it does not exist.
func list(dist string) ([]string, error) {
	var names []string
	err := fs.WalkDir(os.DirFS(dist), ".", func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == "." {
			return fs.SkipAll
		}
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

func gzipped(contents []byte) int {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = w.Write(contents)
	_ = w.Close()
	return b.Len()
}
