"""Long runs that prove what the verifier finds, and what it does not report."""
