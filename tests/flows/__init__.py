"""The service end to end, as scripts on a clock: webhooks and API calls in, alerts at their receivers out."""
