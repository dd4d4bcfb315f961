"""The condition language of routers, custom webhooks and e-mail rules: MongoDB-style matching, compiled once."""
