"""From the wire to the queue: find the integration, check the sender, seal the request, answer."""
