"""The stand-in Slack workspace and social network: for trying Switchboard and for its tests."""
