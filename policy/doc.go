// Package policy writes down what a running configuration keeps about people, where, for how long and why (P15). The document is made from
// the configuration and the website's settings, never by hand, so that it cannot say anything else than what the engine does. Its wording
// is for a data protection officer.
package policy
