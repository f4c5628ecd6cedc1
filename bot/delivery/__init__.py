"""The worker's half: what stands in the outbox is sent to Slack and to the platforms."""
