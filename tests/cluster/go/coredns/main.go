// CoreDNS with what a cluster's DNS needs, and without the clients of public clouds that upstream's program carries.
package main

import (
	"slices"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"

	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/hosts"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loadbalance"
	_ "github.com/coredns/coredns/plugin/loop"
	_ "github.com/coredns/coredns/plugin/metrics"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/reload"
	_ "github.com/coredns/coredns/plugin/template"
)

var linked = []string{
	"bind", "cache", "errors", "forward", "health", "hosts", "kubernetes", "loadbalance", "loop", "prometheus", "ready",
	"reload", "template",
}

func main() {
	// A directive without its plugin is an error at the start. The order is upstream's, and matters.
	var kept []string
	for _, directive := range dnsserver.Directives {
		if slices.Contains(linked, directive) {
			kept = append(kept, directive)
		}
	}
	dnsserver.Directives = kept
	coremain.Run()
}
