// Kube-network-policies as a process of the node. Upstream's own main only runs inside a pod; this
// one takes a kubeconfig, ends when the controller does, and listens only once policies are in force.
package main

import (
	"context"
	"flag"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

func main() {
	kubeconfig := flag.String("kubeconfig", "", "file that says how to reach the API server")
	node := flag.String("hostname-override", "", "name of the node whose pods are guarded")
	address := flag.String("metrics-bind-address", "127.0.0.1:9080", "where metrics are served")
	flag.Parse()
	klog.Fatal(run(*kubeconfig, *node, *address))
}

func run(kubeconfig, node, address string) error {
	if err := chooseStatement(); err != nil {
		return err
	}
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	// As upstream's own main: it costs the agent and the API server less than JSON, and every kind
	// that is watched here can be had in it.
	config.ContentType = "application/vnd.kubernetes.protobuf"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	controller, err := networkpolicy.NewController(
		client,
		factory.Networking().V1().NetworkPolicies(),
		factory.Core().V1().Namespaces(),
		factory.Core().V1().Pods(),
		nil, nil, nil, nil,
		networkpolicy.Config{
			NodeName:            node,
			NFTableName:         table,
			QueueID:             queue,
			NetfilterBug1766Fix: true,
			// This runtime has no NRI, yet it is not disabled: the controller asks it for every
			// address it does not know, and would then ask nobody, and crash.
			NRIdisabled: false,
		},
	)
	if err != nil {
		return err
	}
	// Never cancelled: the controller would take its rules away at the end. Killed, it leaves them,
	// and the kernel drops what nobody decides on until the next start.
	ctx := context.Background()
	awaitRole(ctx, client)
	ended := make(chan error, 1)
	go func() { ended <- controller.Run(ctx) }()
	factory.Start(ctx.Done())
	go func() {
		err := awaitEnforcement()
		if err == nil {
			http.Handle("/metrics", promhttp.Handler())
			err = http.ListenAndServe(address, nil)
		}
		ended <- err
	}()
	return <-ended
}

// awaitRole waits while the API server refuses us: at a cluster's first start it answers a moment
// before our role is there. Informers would try again after longer and longer pauses, and the
// kubelet waits for this program. Whatever else goes wrong, they report.
func awaitRole(ctx context.Context, client kubernetes.Interface) {
	for {
		_, err := client.NetworkingV1().NetworkPolicies("").List(ctx, metav1.ListOptions{Limit: 1})
		if !errors.IsForbidden(err) {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}
