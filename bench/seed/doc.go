// Package seed fills a Parlor's data directory with conversations, straight into its store: what people would need years for takes a minute.
// The same number of messages is always the same conversations, so that whoever reads them knows what must be there.
package seed
