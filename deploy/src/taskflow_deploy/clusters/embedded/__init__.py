"""A real single-node Kubernetes, compiled from its published modules.

The whole node lives in network, process and mount namespaces of its own. What
it starts, mounts and configures there disappears with its first process, so
that stopping it cannot leave anything behind; only the way out (one virtual
cable, one table of address translation, a few kernel settings) is the host's.
"""
