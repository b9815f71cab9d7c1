"""What sources are written in: sheets, CSV, numbers, days and words; one reading for all."""
