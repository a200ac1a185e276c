package figure

import (
	"flag"
	"reflect"
	"slices"
	"testing"
)

func TestTheLastRunOfATestCounts(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(Variable, dir)
	for _, n := range []int{1, 2} {
		t.Run("measured", func(t *testing.T) { Note(t, "G1 G4", "%d messages", n) })
	}
	again := Figure{Guarantees: []string{"G1", "G4"}, Package: "internal/figure", Test: t.Name() + "/measured", Text: "3 messages"}
	if err := again.write(dir); err != nil {
		t.Fatal(err)
	}
	got, err := Read(dir)
	other := again
	other.Test, other.Text = t.Name()+"/measured#01", "2 messages"
	want := []Figure{again, other}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v", got, err)
	}
}

var _ = flag.Int("sample", 1, "a flag of these tests")

// TestAFigureSaysHowItIsRepeated: with the flags that the test was given.
func TestAFigureSaysHowItIsRepeated(t *testing.T) {
	if err := flag.Set("sample", "7"); err != nil {
		t.Fatal(err)
	}
	if got := given(); !slices.Equal(got, []string{"-sample=7"}) {
		t.Errorf("given %q", got)
	}
}

func TestWithoutADirectoryAFigureIsOnlyLogged(t *testing.T) {
	t.Setenv(Variable, "")
	Note(t, "G1", "one")
}
