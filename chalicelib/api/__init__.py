"""HTTP: one blueprint per resource. Parse, call the domain, respond."""
