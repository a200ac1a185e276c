package pebblestore_test

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

var writeGolden = flag.String("golden", "", "write a data directory of this version to testdata/golden/NAME.tar.gz, once for each format")

const goldenDir = "testdata/golden"

// What stands in each golden data directory.
var (
	goldenBegin = time.UnixMilli(1_750_000_000_000).UTC()
	goldenAgent = chat.Agent{ID: chat.NewAgentID([16]byte{7}), Name: "Ada", Email: "ada@example.com", Websites: []chat.WebsiteID{site}, CreatedAt: goldenBegin}
	goldenSite  = chat.Website{
		ID: site, Name: "Shop", Origins: []string{"https://shop.example"}, Color: "blue", Greeting: "Hello", Cookie: chat.DefaultCookie(),
		Triggers: []chat.Trigger{{Name: "pricing", Message: "May I help?"}}, CreatedAt: goldenBegin,
	}
	goldenLogin   = persistence.Login{Agent: goldenAgent.ID, CreatedAt: goldenBegin, ExpiresAt: goldenBegin.Add(time.Hour)}
	goldenVisitor = chat.Visitor{
		User: &chat.User{Nickname: "Ann", Email: "ann@example.org"}, Segments: []string{"vip"}, Data: map[string]any{"cart": 3.5, "paid": true},
		Locale: "de", Browser: "Firefox", Addr: netip.MustParseAddrPort("198.51.100.7:4711"), Visits: 2, Fired: []string{"pricing"},
		Pages:  []chat.PageVisit{{Page: chat.Page{URL: "https://shop.example/", Title: "Shop"}, At: goldenBegin}},
		SeenAt: goldenBegin,
	}
)

// goldenAccess is in directories from format 3 on.
var goldenAccess = persistence.Identification{Addr: goldenVisitor.Addr, From: goldenBegin, To: goldenBegin.Add(time.Hour)}

// Conversations of a golden directory, by number: the first lies in a table, the second in the log, the third waits to be scrubbed.
const (
	goldenInTable = iota + 1
	goldenInLog
	goldenErased
)

const goldenMessages = 12

// fillGolden fills a new data directory.
func fillGolden(t *testing.T, dir string) {
	s := mustOpen(t, dir)
	ctx := t.Context()
	epoch := claim(t, s)
	for _, err := range []error{
		s.PutWebsite(ctx, goldenSite), s.PutAgent(ctx, goldenAgent), s.PutPassword(ctx, goldenAgent.ID, "hash of a password"),
		s.PutLogin(ctx, [32]byte{5}, goldenLogin),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for n := uint64(goldenInTable); n <= goldenErased; n++ {
		w := newSession(s, epoch, n)
		for i := range uint64(goldenMessages) {
			c := w.step(frameOf(w.head.ID, i+1))
			c.Head.ActiveAt, c.Head.CreatedAt = goldenBegin.Add(time.Duration(n)*time.Hour), goldenBegin
			c.Visitor, c.Identify = &goldenVisitor, &goldenAccess
			c.Notes = []persistence.NoteEntry{{Entry: persistence.Entry{Seq: i + 1, Frame: fmt.Appendf(nil, "note %d", i+1)}, After: i + 1}}
			c.Head.Notes = i + 1
			if err := w.try(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
		if n == goldenInTable {
			if err := s.DB().Flush(); err != nil {
				t.Fatal(err)
			}
		}
		if n == goldenErased {
			erase(t, s, w)
		}
	}
	mustClose(t, s)
}

// checkGolden reads all of what is in the archive of that name, and goes on where it ends.
func checkGolden(t *testing.T, name string, s *pebblestore.Store) {
	ctx := t.Context()
	w, err := s.Website(ctx, site)
	same(t, "website", err, w, goldenSite)
	a, err := s.AgentByEmail(ctx, "ADA@example.com")
	same(t, "agent", err, a, goldenAgent)
	hash, err := s.Password(ctx, goldenAgent.ID)
	same(t, "password", err, hash, "hash of a password")
	login, err := s.Login(ctx, [32]byte{5})
	same(t, "login", err, login, goldenLogin)
	epoch := claim(t, s)
	for n := uint64(goldenInTable); n <= goldenInLog; n++ {
		c := newSession(s, epoch, n)
		r, err := s.Load(ctx, site, c.head.ID)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "visitor", nil, r.Visitor, goldenVisitor)
		same(t, "place", nil, r.Head.ActiveAt, goldenBegin.Add(time.Duration(n)*time.Hour))
		c.head = r.Head
		for _, problem := range missing(t, s, epoch, r.Head) {
			t.Error(problem)
		}
		messages, _, err := s.Messages(ctx, site, c.head.ID, persistence.Page{Before: goldenMessages + 1})
		same(t, "messages", err, len(messages), goldenMessages)
		notes, err := s.Notes(ctx, site, c.head.ID, persistence.NotePage{})
		same(t, "notes", err, len(notes), goldenMessages)
	}
	if _, err := s.Load(ctx, site, newSession(s, epoch, goldenErased).head.ID); !errors.Is(err, persistence.ErrErased) {
		t.Errorf("the erased conversation: %v", err)
	}
	if err := s.Scrub(ctx); err != nil {
		t.Error(err)
	}
	log, err := s.AuditLog(ctx, 0, 10)
	if err != nil || len(log) == 0 || log[len(log)-1].Deed != persistence.DeedGone {
		t.Errorf("the audit log: %v, %v", log, err)
	}
	if name == "format-2.tar.gz" {
		return
	}
	same(t, "what was erased", nil, log[0].Messages, uint64(goldenMessages))
	for n := uint64(goldenInTable); n <= goldenErased; n++ {
		all, err := s.Identifications(ctx, site, newSession(s, epoch, n).head.ID)
		same(t, "identifications", err, len(all), goldenMessages)
		same(t, "identification", nil, all[0], goldenAccess)
	}
}

func same(t *testing.T, what string, err error, got, want any) {
	t.Helper()
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%s: %+v, %v; want %+v", what, got, err, want)
	}
}

// TestGoldenDirectories (G23, T16) opens a data directory of each format that was ever released: everything is read as it was written, a step can
// be added, and afterwards it is whole.
func TestGoldenDirectories(t *testing.T) {
	if *writeGolden != "" {
		dir := t.TempDir()
		fillGolden(t, dir)
		if err := pack(dir, filepath.Join(goldenDir, *writeGolden+".tar.gz")); err != nil {
			t.Fatal(err)
		}
	}
	all, err := filepath.Glob(filepath.Join(goldenDir, "*.tar.gz"))
	if err != nil || len(all) == 0 {
		t.Fatalf("no golden directory: %v", err)
	}
	for _, file := range all {
		t.Run(filepath.Base(file), func(t *testing.T) {
			dir := t.TempDir()
			if err := unpack(file, dir); err != nil {
				t.Fatal(err)
			}
			before, err := verify(t, dir)
			if err != nil || before.Messages != 2*goldenMessages {
				t.Fatalf("%+v, %v", before, err)
			}
			s := mustOpen(t, dir)
			checkGolden(t, filepath.Base(file), s)
			mustClose(t, s)
			if after, err := verify(t, dir); err != nil || after.Conversations != before.Conversations {
				t.Errorf("afterwards %+v, %v", after, err)
			}
		})
	}
	figure.Note(t, "G23", "data directories of %d earlier builds opened, read and continued; 0 records unreadable", len(all))
}

// pack writes the files of a directory into an archive.
func pack(dir, file string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	zipped := gzip.NewWriter(out)
	archive := tar.NewWriter(zipped)
	return errors.Join(archive.AddFS(os.DirFS(dir)), archive.Close(), zipped.Close(), out.Close())
}

// unpack writes the files of an archive into a directory.
func unpack(file, dir string) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	zipped, err := gzip.NewReader(in)
	if err != nil {
		return err
	}
	for archive := tar.NewReader(zipped); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag == tar.TypeDir {
			continue
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(h.Name)), data, 0o600); err != nil {
			return err
		}
	}
}
