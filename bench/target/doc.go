// Package target starts the systems under test, each as a process of its own, and connects to them as visitors and agents do. A scenario sees
// the same interface whatever runs behind it.
package target
