// Package subject gathers everything that is held on one visitor, for the visitor (GDPR, articles 15 and 20): as JSON, and as a page to read.
package subject
