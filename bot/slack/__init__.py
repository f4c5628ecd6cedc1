"""How things look in Slack and how they are sent there. Nothing here reads the database."""
