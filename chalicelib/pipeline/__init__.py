"""The way of a request: decode, adapt, correlate, open, route. Calls the pure parts and stores what they decide."""
