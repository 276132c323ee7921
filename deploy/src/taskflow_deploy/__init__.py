"""TaskFlow's deployer."""
