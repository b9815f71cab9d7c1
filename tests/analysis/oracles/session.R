# Runs the scripts that it is told, a line "script output" each, in copies of itself: R and the packages are loaded once.
for (package in c("jsonlite", "survival", "coin", "nlme", "emmeans", "metafor", "cmprsk", "numDeriv")) suppressPackageStartupMessages(requireNamespace(package, quietly = TRUE))
told <- file("stdin", "r")
while (length(line <- readLines(told, 1))) {
  words <- strsplit(line, "\t")[[1]]
  job <- parallel::mcparallel({
    sink(words[2])
    source(words[1], local = globalenv())
    sink()
    "made"
  }, mc.set.seed = FALSE)
  said <- parallel::mccollect(job)[[1]]
  cat(if (identical(said, "made")) said else paste("failed:", gsub("\n", " ", paste(said, collapse = " "))), "\n")
  flush(stdout())
}
