package engine

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// healthTimeout bounds how long a scrape waits for the store's answer.
const healthTimeout = time.Second

// metrics are the node's own registry. No label holds anything about a person (P9).
func (n *Node) metrics() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge := func(name, help string, labels prometheus.Labels, f func() float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "parlor", Name: name, Help: help, ConstLabels: labels}, f))
	}
	counter := func(name, help string, f interface{ Load() int64 }) {
		r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "parlor", Name: name, Help: help}, read(f)))
	}
	a, t := n.system.Stats(), n.transport.Stats()
	const connections = "WebSocket connections open now."
	gauge("connections", connections, prometheus.Labels{"role": "visitor"}, read(&t.Visitors))
	gauge("connections", connections, prometheus.Labels{"role": "agent"}, read(&t.Agents))
	gauge("sessions", "Sessions in memory.", nil, read(&a.Sessions))
	gauge("networks_refused", "Addresses and networks from which no messages are taken.", nil, func() float64 { return float64(n.verdicts.Count()) })
	gauge("store_healthy", "1 while the store reads and writes.", nil, n.storeHealthy)
	counter("upgrades_total", "WebSocket connections accepted.", &t.Accepted)
	counter("upgrades_refused_total", "WebSocket connections refused before the upgrade.", &t.Refused)
	counter("frames_received_total", "Frames that clients sent.", &t.Frames)
	counter("frames_bad_total", "Frames that were not well formed.", &t.BadFrames)
	counter("network_limited_total", "Messages and new sessions refused because of what else came from their address or network.", &t.Limited)
	counter("messages_total", "Messages stored.", &a.Messages)
	counter("conversations_total", "Conversations begun.", &a.Conversations)
	counter("duplicates_total", "Repeated messages answered with their first result.", &a.Duplicates)
	counter("refusals_total", "Commands answered with an error.", &a.Refusals)
	counter("commit_faults_total", "Commands refused because the store did not answer.", &a.CommitFaults)
	counter("sessions_expired_total", "Temporary sessions that ended by time.", &a.Expired)
	counter("sessions_evicted_total", "Temporary sessions that ended before their time, for want of room.", &a.Evicted)
	counter("sessions_passivated_total", "Permanent sessions that left the memory.", &a.Passivated)
	counter("sessions_erased_total", "Sessions deleted by agents.", &a.Erased)
	counter("actor_panics_total", "Panics caught in actors; each is a fault of the program.", &a.Panics)
	counter("dead_letters_total", "Requests that found no actor to answer them.", &a.DeadLetters)
	return r
}

func read(f interface{ Load() int64 }) func() float64 {
	return func() float64 { return float64(f.Load()) }
}

func (n *Node) storeHealthy() float64 {
	ctx, cancel := context.WithTimeout(context.Background(), healthTimeout)
	defer cancel()
	if n.store.Health(ctx) != nil {
		return 0
	}
	return 1
}
