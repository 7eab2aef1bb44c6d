//go:build tools

// Package prometheus pins the promtool that puts sample metrics to the alerts of deploy/.
package prometheus

import _ "github.com/prometheus/prometheus/cmd/promtool"
