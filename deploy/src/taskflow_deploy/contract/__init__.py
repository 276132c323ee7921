"""TaskFlow's own contract, as data for the verifier: what is asked, and what was answered."""
