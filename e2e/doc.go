// Package e2e tests Parlor as people meet it: the built program, a website on two subdomains, and real browsers for the visitor and the
// agent.
package e2e
