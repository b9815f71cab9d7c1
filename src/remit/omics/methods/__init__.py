"""What is worked out from arrays alone; each function names where it is defined."""
