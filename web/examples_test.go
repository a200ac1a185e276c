package web_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var jsBlock = regexp.MustCompile("(?ms)^```js\n(.*?)^```$")

// examples is a script with the JavaScript of docs/sdk.md, a function for each block, and the text of the page.
func examples(t *testing.T) string {
	page, err := os.ReadFile(filepath.Join("..", "docs", "sdk.md"))
	if err != nil {
		t.Error(err)
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "window.sdkPage = %q;\nwindow.examples = [\n", page)
	for _, block := range jsBlock.FindAllSubmatchIndex(page, -1) {
		line := strings.Count(string(page[:block[2]]), "\n") + 1
		fmt.Fprintf(&b, "{ line: %d, run() {\n%s} },\n", line, page[block[2]:block[3]])
	}
	b.WriteString("];\n")
	return b.String()
}
