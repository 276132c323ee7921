"""Go programs compiled from published modules: the cluster's, and others beside it."""
