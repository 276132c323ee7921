"""HTTP: routes and their dependencies. No rules live here."""
