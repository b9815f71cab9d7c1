"""Statistics over adjudicated responses: rates, agreement, and definitions held side by side."""
