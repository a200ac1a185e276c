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

// inventoryFile lists the files of a backup. The store cannot tell by itself that the end of its log is missing, or damaged: that is what a
// crash leaves as well. Once the directory is opened its files change, and the list is removed.
const inventoryFile = "INVENTORY"

// listed is a file of a backup. Tables have checksums of their own.
type listed struct {
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256,omitempty"`
}

func writeInventory(fs vfs.FS, dir string) error {
	names, err := fs.List(dir)
	if err != nil {
		return err
	}
	all := make(map[string]listed, len(names))
	for _, name := range names {
		if all[name], err = look(fs, fs.PathJoin(dir, name)); err != nil {
			return err
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return writeFile(fs, fs.PathJoin(dir, inventoryFile), string(text))
}

// checkInventory compares a directory with its list, if it has one.
func checkInventory(fs vfs.FS, dir string) error {
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
		return fmt.Errorf("%w: %s cannot be read; use another backup", ErrDamaged, inventoryFile)
	}
	for name, want := range all {
		got, err := look(fs, fs.PathJoin(dir, name))
		switch {
		case errors.Is(err, os.ErrNotExist):
			return fmt.Errorf("%w: %s is missing; use another backup", ErrDamaged, name)
		case err != nil:
			return fault("read "+name, err)
		case got != want:
			return fmt.Errorf("%w: %s is not what was copied; use another backup", ErrDamaged, name)
		}
	}
	return nil
}

func removeInventory(fs vfs.FS, dir string) error {
	if err := fs.Remove(fs.PathJoin(dir, inventoryFile)); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
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
