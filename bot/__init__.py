"""Everything of Switchboard that is neither Slack coming in nor a platform."""
