"""What runs beside the service: the local service, packaging, deploying, end-to-end tests. Never packaged."""
