"""Runs the deployer: ``python -m taskflow_deploy``."""

from taskflow_deploy.cli.main import main

main()
