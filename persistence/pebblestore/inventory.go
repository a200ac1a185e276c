package pebblestore

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// inventoryFile lists the files of a backup, and of a directory that was closed. The store cannot tell by itself that the end of its log, or of its list of
// files, is missing, or damaged: that is what a crash leaves as well. Once the directory is opened its files change, and the list is removed.
const inventoryFile = "INVENTORY"

// listed is a file of a backup. Tables have checksums of their own.
type listed struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256,omitempty"`
}

// pebbles reports whether a file is one that only Pebble writes.
func pebbles(name string) bool {
	return strings.HasSuffix(name, logSuffix) || strings.HasSuffix(name, tableSuffix) ||
		strings.HasPrefix(name, "MANIFEST-") || strings.HasPrefix(name, "OPTIONS-") || strings.HasPrefix(name, "marker.")
}

func anyFile(string) bool { return true }

// writeInventory lists the files that are wanted: all of the list is there then, or none.
func writeInventory(fs vfs.FS, dir string, wanted func(name string) bool) error {
	names, err := fs.List(dir)
	if err != nil {
		return err
	}
	all := make(map[string]listed, len(names))
	for _, name := range names {
		if !wanted(name) || strings.HasPrefix(name, inventoryFile) {
			continue
		}
		if all[name], err = look(fs, fs.PathJoin(dir, name)); err != nil {
			return err
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	path := fs.PathJoin(dir, inventoryFile)
	if err := writeFile(fs, path+".new", string(text)); err != nil {
		return errors.Join(err, fs.Remove(path+".new"))
	}
	if err := fs.Rename(path+".new", path); err != nil {
		return err
	}
	return syncDir(fs, dir)
}

// checkInventory compares those files of a directory that are wanted with its list, if it has one.
func checkInventory(fs vfs.FS, dir string, wanted func(name string) bool) error {
	f, err := fs.Open(fs.PathJoin(dir, inventoryFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fault("read the inventory", err)
	}
	all := make(map[string]listed)
	err = json.NewDecoder(f).Decode(&all)
	if errors.Join(err, f.Close()) != nil {
		return fmt.Errorf("%w: %s cannot be read; restore the last backup, or use another one", ErrDamaged, inventoryFile)
	}
	for name, want := range all {
		if !wanted(name) {
			continue
		}
		got, err := look(fs, fs.PathJoin(dir, name))
		switch {
		case errors.Is(err, os.ErrNotExist):
			return fmt.Errorf("%w: %s is missing; restore the last backup, or use another one", ErrDamaged, name)
		case err != nil:
			return fault("read "+name, err)
		case got != want:
			return fmt.Errorf("%w: %s is not what was written; restore the last backup, or use another one, and have the disk checked", ErrDamaged, name)
		}
	}
	return nil
}

// removeInventory removes the list for good, before anything that it lists is changed.
func removeInventory(fs vfs.FS, dir string) error {
	switch err := fs.Remove(fs.PathJoin(dir, inventoryFile)); {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return syncDir(fs, dir)
}

// look is what stands there now.
func look(fs vfs.FS, path string) (l listed, err error) {
	info, err := fs.Stat(path)
	if err != nil {
		return l, err
	}
	if strings.HasSuffix(path, tableSuffix) {
		return listed{Bytes: info.Size()}, nil
	}
	f, err := fs.Open(path, vfs.SequentialReadsOption)
	if err != nil {
		return l, err
	}
	hash := sha256.New()
	n, err := io.Copy(hash, f)
	return listed{n, hex.EncodeToString(hash.Sum(nil))}, errors.Join(err, f.Close())
}
