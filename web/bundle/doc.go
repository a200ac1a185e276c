// Package bundle turns the TypeScript and CSS under web/ into what browsers load, with esbuild's Go API: building needs no Node.
//
// Build makes everything under web/dist; Script makes one script, for tests. The output depends on the sources alone, so it is
// committed and compared. Style sheets that a script imports with "?text" become strings, bundled and minified: the chatbox makes
// constructable style sheets of them. The package reads files and writes none.
package bundle
