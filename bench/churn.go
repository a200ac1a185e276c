package main

import (
	"cmp"
	"time"

	"github.com/parlor-chat/parlor/bench/load"
)

func churn() scenario {
	return scenario{
		name: "churn", title: "Visitors who come, look and leave",
		asks: "how many visitors a second come, look at three pages, and leave for good?", figures: load.ChurnFigures(), bare: true,
		steps: func(s settings) ([]step, error) {
			return single(load.Churn{Visitors: cmp.Or(s.Visitors, s.size(64, 4)), Temporary: time.Second, Warmup: s.Warmup, Duration: s.Duration}), nil
		},
	}
}
