package main

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// settings are the flags of everything that measures. Of the numbers, zero is the scenario's own.
type settings struct {
	Rounds  int      `help:"How often each system is measured, in alternation. Default 3; quick: 1."`
	Quick   bool     `help:"Each scenario only for a moment and with little: whether it works, not how fast."`
	Systems []string `default:"parlor" enum:"parlor,socket" help:"What is compared with the bare relay where messages pass: parlor, socket (the relay on transport/socket)."`
	Parlor  string   `help:"Parlor's program; built when not given." type:"path" placeholder:"FILE"`
	Client  string   `default:"library" enum:"library,lean" help:"What the visitors and agents are made of: library (coder/websocket's client), lean (as little work as can be)."`
	JSON    bool     `name:"json" help:"Print one line of JSON for each scenario."`
	Out     string   `default:"bench/results" help:"Directory for results.json and report.html, by default bench/results; empty for none." placeholder:"DIR"`
	Profile string   `help:"Directory for CPU and heap profiles of the systems that are processes; the figures are not for comparing then." type:"path" placeholder:"DIR"`

	Duration time.Duration `help:"Time of a measurement. Default 10s; quick: 300ms."`
	Warmup   time.Duration `help:"Time before it. Default 3s; quick: 100ms."`

	Connections int   `help:"Visitors of idle (default 19000) and storm (10000). Each takes a file descriptor on both sides. Of sessions and million (1000000), who take none."`
	Visitors    int   `help:"Visitors who send (default 1000; fanout: 20)."`
	Agents      int   `help:"Agents' connections among whom they are divided (default 1000; fanout: 200, each with all visitors)."`
	Window      int   `help:"Messages of each visitor that are under way at once (saturate: 32, fanout: 4)."`
	Rate        int   `help:"Messages, pages or wake-ups a second where the rate is given (fixed: 2000)."`
	Bytes       int   `help:"Length of a text. Default 200."`
	Stored      int   `help:"Messages in the store of wake (default 1000000) and start (10000000)."`
	Sizes       []int `help:"The steps of history and the growth scenarios, in place of their own." placeholder:"N"`

	Address  string `help:"URL of a running Parlor. Nothing is started, and what needs its process is not measured." placeholder:"URL"`
	Website  string `help:"Id of the website there." placeholder:"ID"`
	Email    string `help:"An agent's login there."`
	Password string `help:"The agent's password." env:"BENCH_PASSWORD"`
}

// completed fills in what was not given, and refuses what cannot be.
func (s settings) completed() (settings, error) {
	for _, n := range []int{s.Rounds, s.Connections, s.Visitors, s.Agents, s.Window, s.Rate, s.Bytes, s.Stored, int(s.Duration), int(s.Warmup)} {
		if n < 0 {
			return s, fmt.Errorf("%d: use zero (the scenario's own) or more", n)
		}
	}
	for _, n := range s.Sizes {
		if n < 1 {
			return s, fmt.Errorf("a size of %d: use 1 or more", n)
		}
	}
	s.Rounds = cmp.Or(s.Rounds, s.size(3, 1))
	s.Bytes = cmp.Or(s.Bytes, 200)
	s.Duration = cmp.Or(s.Duration, time.Duration(s.size(int(10*time.Second), int(300*time.Millisecond))))
	s.Warmup = cmp.Or(s.Warmup, time.Duration(s.size(int(3*time.Second), int(100*time.Millisecond))))
	if s.Bytes > 4000 {
		return s, fmt.Errorf("texts of %d bytes: use 1 to 4000", s.Bytes)
	}
	if s.Rate > 1_000_000 {
		return s, fmt.Errorf("a rate of %d: use 1 to 1000000", s.Rate)
	}
	if s.Address != "" && s.Parlor != "" {
		return s, errors.New("give an address or a program, not both")
	}
	return s, nil
}

// size is the scenario's own number: for a measurement, or for a moment.
func (s settings) size(full, quick int) int {
	if s.Quick {
		return quick
	}
	return full
}

// sizes are the steps that were given, or else the scenario's own.
func (s settings) sizes(full, quick []int) []int {
	switch {
	case len(s.Sizes) > 0:
		return s.Sizes
	case s.Quick:
		return quick
	}
	return full
}
