// Package web holds the browser code and, embedded, what cmd/webbuild made of it.
//
// protocol/ is the only socket code; design/ what both faces look like; widget/ the chatbox and its $crisp SDK; inbox/ the agents' web
// app; demo/ a page with the chatbox on it; bundle/ the build. The tests run the TypeScript in headless Chromium.
package web
