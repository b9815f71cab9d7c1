"""Importing records of others: a package for each format, which hands its rows to one writer.

`sources` reads what is written (sheets, numbers, days), a format (`tidy`, `omop`, `fhir`, `sdtm`,
`redcap`) says what it means and returns `SourceTables`, and `dataset` writes them: with the rows
that cannot be left out (`rows`), names taken out on request (`deidentified`) and each row accounted
for (`accounting`).
"""
