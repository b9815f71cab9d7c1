"""Results as text for a terminal: renderables of rich, or plain text where lines are enough."""
