package engine

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// controlName is the file in the data directory that tells other processes of the same user how to reach the node that has it open.
const controlName = "control.json"

// controlFile is its content. The key is good until the node stops.
type controlFile struct {
	URL  string `json:"url"`
	Key  string `json:"key"`
	path string
}

func writeControlFile(dir, url string) (*controlFile, error) {
	key := random()
	f := &controlFile{URL: url, Key: hex.EncodeToString(key[:]), path: filepath.Join(dir, controlName)}
	data, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("engine: control file: %w", err)
	}
	if err := f.remove(); err != nil { // one that a killed node left may have other permissions
		return nil, err
	}
	if err := os.WriteFile(f.path, data, 0o600); err != nil {
		return nil, fmt.Errorf("engine: control file: %w", err)
	}
	return f, nil
}

func readControlFile(dir string) (*controlFile, error) {
	data, err := os.ReadFile(filepath.Join(dir, controlName))
	if err != nil {
		return nil, err
	}
	f := new(controlFile)
	if err := json.Unmarshal(data, f); err != nil {
		return nil, errors.New("engine: the control file cannot be read")
	}
	return f, nil
}

func (f *controlFile) remove() error {
	if err := os.Remove(f.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("engine: control file: %w", err)
	}
	return nil
}
