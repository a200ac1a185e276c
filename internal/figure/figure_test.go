package figure

import (
	"reflect"
	"testing"
)

func TestTheLastRunOfATestCounts(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(Variable, dir)
	for _, n := range []int{1, 2} {
		t.Run("measured", func(t *testing.T) { Note(t, "G1 G4", "%d messages", n) })
	}
	again := Figure{[]string{"G1", "G4"}, t.Name() + "/measured", "3 messages"}
	if err := again.write(dir); err != nil {
		t.Fatal(err)
	}
	got, err := Read(dir)
	want := []Figure{
		{[]string{"G1", "G4"}, t.Name() + "/measured", "3 messages"},
		{[]string{"G1", "G4"}, t.Name() + "/measured#01", "2 messages"},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v", got, err)
	}
}

func TestWithoutADirectoryAFigureIsOnlyLogged(t *testing.T) {
	t.Setenv(Variable, "")
	Note(t, "G1", "one")
}
