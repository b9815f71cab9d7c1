"""The one way from what a reader hands over to the dataset that is written."""
