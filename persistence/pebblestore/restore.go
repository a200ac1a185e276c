package pebblestore

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/parlor-chat/parlor/persistence"
)

// ErrRestore is returned when a backup cannot be restored as it was asked.
var ErrRestore = errors.New("pebblestore: not restored")

// Restore makes a new data directory, o.Dir, out of a backup, which stays as it is and is verified first. audit is the newest audit log that there
// is: a file, or the directory in which it lies. It must continue the backup's own; what it says was erased since then is erased again at the next
// Open, and its bytes are removed by the next Scrub (G24). An empty audit takes the backup's own log: what was erased since the backup comes back.
// A failure leaves nothing that opens: FORMAT is written last. Errors: ErrRestore, Verify's, or the disk's.
func Restore(ctx context.Context, o Options, backup, audit string, progress func(records int)) (c Census, err error) {
	o, err = o.withDefaults()
	if err != nil {
		return c, err
	}
	fs := newKeepsNothing(o.FS, o.Dir)
	switch within, err := inside(backup, o.Dir); {
	case err != nil:
		return c, fmt.Errorf("%w: %w", ErrRestore, err)
	case within:
		return c, fmt.Errorf("%w: %q is inside the backup; choose a data directory elsewhere", ErrRestore, o.Dir)
	}
	from := o
	from.Dir = backup
	if c, err = Verify(ctx, from, progress); err != nil {
		return c, fmt.Errorf("the backup: %w", err)
	}
	if audit == "" {
		audit = fs.PathJoin(backup, auditFile)
	} else if audit, err = auditIn(fs, audit); err != nil {
		return c, err
	}
	if c.Audited, err = continues(fs, fs.PathJoin(backup, auditFile), audit); err != nil {
		return c, err
	}
	if err := checkEmpty(fs, o.Dir); err != nil {
		return c, fmt.Errorf("%w: %w", ErrRestore, err)
	}
	if err := makeDir(fs, o.Dir); err != nil {
		return c, fault(fmt.Sprintf("make the data directory %q", o.Dir), err)
	}
	lock, err := lockDir(fs, o.Dir) // against a node that is started meanwhile
	if err != nil {
		return c, err
	}
	if err = checkEmpty(fs, o.Dir); err != nil { // again: it may have been faster
		err = fmt.Errorf("%w: %w", ErrRestore, err)
	} else {
		err = restoreFiles(ctx, fs, backup, audit, o.Dir)
	}
	return c, errors.Join(err, lock.Close())
}

// restoreFiles copies a backup's files, and FORMAT last.
func restoreFiles(ctx context.Context, fs vfs.FS, backup, audit, dir string) error {
	names, err := fs.List(backup)
	if err != nil {
		return fault("list the backup", err)
	}
	for _, name := range names {
		switch name {
		case auditFile, formatFile, inventoryFile, lockFile:
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if info, err := fs.Stat(fs.PathJoin(backup, name)); err == nil && info.IsDir() {
			continue // none of a store's: lost+found
		}
		if err := copyFile(fs, fs.PathJoin(backup, name), fs.PathJoin(dir, name)); err != nil {
			return fault("copy "+name, err)
		}
	}
	if _, err := fs.Stat(audit); err == nil {
		if err := copyFile(fs, audit, fs.PathJoin(dir, auditFile)); err != nil {
			return fault("copy the audit log", err)
		}
	}
	if err := syncDir(fs, dir); err != nil {
		return err
	}
	return writeFormat(fs, dir)
}

// auditIn finds an audit log: the file itself, or the one in a directory.
func auditIn(fs vfs.FS, path string) (string, error) {
	info, err := fs.Stat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", fmt.Errorf("%w: there is no %q; name an audit log, or the directory that holds one", ErrRestore, path)
	case err != nil:
		return "", fault("look for the audit log", err)
	case !info.IsDir():
		return path, nil
	}
	log := fs.PathJoin(path, auditFile)
	if _, err := fs.Stat(log); err != nil {
		return "", fmt.Errorf("%w: there is no %s in %q; name an audit log, or the directory that holds one: %w", ErrRestore, auditFile, path, err)
	}
	return log, nil
}

// continues checks that the newer log has all that the older one has, and is a whole chain. It returns how many entries the newer one has.
func continues(fs vfs.FS, older, newer string) (entries int, err error) {
	var had, has persistence.AuditTail
	if err := readAuditFile(fs, older, &had, func(persistence.AuditEntry) bool { return true }); err != nil {
		return 0, fmt.Errorf("the backup's audit log: %w", err)
	}
	same := had.N == 0
	err = readAuditFile(fs, newer, &has, func(persistence.AuditEntry) bool {
		entries++
		same = same || has == had
		return true
	})
	if err != nil {
		return 0, fmt.Errorf("the audit log: %w", err)
	}
	if !same {
		return 0, fmt.Errorf("%w: the audit log does not continue the backup's own, which has %d entries; name the log of the same deployment, as new as there is",
			ErrRestore, had.N)
	}
	return entries, nil
}
