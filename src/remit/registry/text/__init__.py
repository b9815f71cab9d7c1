"""What is read out of a page's text: criteria, lost signs, outcomes, ages, dates, ids."""
