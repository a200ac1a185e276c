package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/internal/figure"
)

func main() {
	out := flag.String("out", "", "the page to write")
	flag.Parse()
	if *out == "" || flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: guarantees -out FILE DIR: give the page and the directory of the figures")
		os.Exit(2)
	}
	if err := write(*out, flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "guarantees:", err)
		os.Exit(1)
	}
}

func write(out, dir string) error {
	figures, err := figure.Read(dir)
	if err != nil {
		return err
	}
	p, err := newPage(figures)
	if err != nil {
		return err
	}
	if missing := p.missing(); len(missing) > 0 {
		return fmt.Errorf("nothing was measured of %s: run their tests too", strings.Join(missing, ", "))
	}
	return os.WriteFile(out, []byte(p.markdown(report.ThisMachine(), report.Commit(), time.Now().UTC())), 0o644)
}
