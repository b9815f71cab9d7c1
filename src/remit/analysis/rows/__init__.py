"""Result rows: one a statistic, with all that a table, a figure or a reader has to know of it."""
