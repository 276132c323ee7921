package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"
	"k8s.io/klog/v2"
)

const (
	table = "kube-network-policies"
	queue = 100
)

// chooseStatement has rules written with the queue statement where the kernel knows it, and else
// with the xtables target that does the same.
func chooseStatement() error {
	err := tryRule()
	if errors.Is(err, unix.ENOENT) {
		expr.QueueAsTarget = true
		err = tryRule()
	}
	if err != nil {
		return fmt.Errorf("this kernel hands no packets to programs: %w", err)
	}
	klog.InfoS("Packets are handed over", "asTarget", expr.QueueAsTarget)
	return nil
}

// tryRule adds a rule and takes it away in the same transaction, so that no packet ever meets it.
func tryRule() error {
	nft, err := nftables.New()
	if err != nil {
		return err
	}
	probe := nft.AddTable(&nftables.Table{Name: table + "-probe", Family: nftables.TableFamilyINet})
	chain := nft.AddChain(&nftables.Chain{Name: "probe", Table: probe})
	nft.AddRule(&nftables.Rule{
		Table: probe,
		Chain: chain,
		Exprs: []expr.Any{&expr.Queue{Num: queue}},
	})
	nft.DelTable(probe)
	return nft.Flush()
}

// awaitEnforcement returns once the rules are in the kernel and it hands packets to this process.
func awaitEnforcement() error {
	for {
		laid, err := rulesLaid()
		if err != nil {
			return err
		}
		open, err := queueOpen()
		if err != nil {
			return err
		}
		if laid && open {
			return nil
		}
		if open {
			// The controller lays its rules first, but goes on when the kernel refuses them.
			return fmt.Errorf("the kernel did not take the table %s", table)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func rulesLaid() (bool, error) {
	nft, err := nftables.New()
	if err != nil {
		return false, err
	}
	tables, err := nft.ListTablesOfFamily(nftables.TableFamilyINet)
	if err != nil {
		return false, err
	}
	for _, each := range tables {
		if each.Name == table {
			return true, nil
		}
	}
	return false, nil
}

func queueOpen() (bool, error) {
	text, err := os.ReadFile("/proc/self/net/netfilter/nfnetlink_queue")
	if err != nil {
		return false, err
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 0 && fields[0] == strconv.Itoa(queue) {
			return true, nil
		}
	}
	return false, nil
}
