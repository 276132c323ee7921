"""Drills: faults that are made on purpose, kills, and times, on a real embedded cluster.

=============== ==========================================================================
`faults`        Ways to break a checkout's files, and to mend them again.
`node_faults`   Ways to break what is beside the files: the node, the cluster, the records.
`drill`         What a drill is.
`table`         All of them, from `prerequisites`, `images`, `chart`, `pods` and `contract`.
`canaries`      Secrets that are planted, and the search for them.
`running`       Runs a command and notes when it said what, and every process's arguments.
`bundle`        Whether the evidence is complete, and what it says.
`release`       What runs: the revision, its pods and their images.
`perform`       Does one drill and asserts everything about it.
`kills`         Kills the deployer at a random moment, and looks for what is left.
`times`         Measures commands beside each other.
`page`          What came of it, as Markdown.
=============== ==========================================================================
"""
