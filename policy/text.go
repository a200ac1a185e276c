package policy

import (
	"fmt"
	"io"
	"strings"
)

// textWidth is where lines break.
const textWidth = 96

// WriteText writes the document for a terminal.
func (d Document) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "What Parlor keeps for %s (%s)\n", d.Website, d.ID)
	for _, i := range d.Items {
		fmt.Fprintf(&b, "\n%s\n", wrap("", i.What))
		field(&b, "where", i.Where)
		field(&b, "how long", i.HowLong)
		field(&b, "why", i.Why)
		field(&b, "promise", i.Promise)
	}
	b.WriteString("\nWhat can be done about it\n")
	for _, r := range d.Rights {
		fmt.Fprintf(&b, "\n%s\n", r.What)
		field(&b, "how", r.How)
		field(&b, "promise", r.Promise)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func field(b *strings.Builder, name, text string) {
	if text != "" {
		fmt.Fprintf(b, "  %-9s %s\n", name, wrap(strings.Repeat(" ", 12), text))
	}
}

// wrap breaks a text into lines; those after the first begin with indent.
func wrap(indent, text string) string {
	var b strings.Builder
	column := len(indent)
	for i, word := range strings.Fields(text) {
		if i > 0 {
			if column+1+len(word) > textWidth {
				b.WriteString("\n" + indent)
				column = len(indent)
			} else {
				b.WriteByte(' ')
				column++
			}
		}
		b.WriteString(word)
		column += len(word)
	}
	return b.String()
}
