// CoreDNS with only the plugins that the cluster's Corefile names.
package main

import (
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/forward"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/loop"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/reload"

	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
)

// CoreDNS runs plugins in the order of this list, not of the Corefile.
func init() {
	dnsserver.Directives = []string{
		"reload", "errors", "health", "ready", "cache", "loop", "kubernetes", "forward",
	}
}

func main() {
	coremain.Run()
}
