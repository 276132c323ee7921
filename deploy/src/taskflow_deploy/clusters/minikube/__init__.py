"""Minikube with Docker: Kubernetes where it is installed already.

:mod:`.cluster` is the cluster; :mod:`.commands` builds every command line; :mod:`.requirements`
looks at what the machine has; :mod:`.way` leads to a node whose address this host cannot reach.
"""
