"""What codes mean, and what lies below what: by a vocabulary, or by the dictionary alone."""
