"""The local Kubernetes that TaskFlow is deployed to."""
