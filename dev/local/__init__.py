"""The whole service on one machine: moto for AWS, Chalice's local server, and pollers in the place of Lambda."""
