"""What a text says without anybody reading it: pure functions and small models over text."""
