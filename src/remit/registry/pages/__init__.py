"""One reader for each page format, and how a format is recognised."""
