# The log-rank tests of many trials by survival: `Rscript log_rank_peer.R ROWS.csv` prints the seconds of all, without reading.
suppressPackageStartupMessages(library(survival))
d <- read.csv(commandArgs(TRUE)[1])
trials <- split(d, d$trial)
run <- function() sum(vapply(trials, function(t) survdiff(Surv(time, event) ~ first, t)$chisq, 0))
invisible(run())
t <- system.time(found <- run())
cat(sprintf('{"seconds": %.6f, "processor": %.6f, "sum": %.10f}\n', t[["elapsed"]], t[["user.self"]] + t[["sys.self"]], found))
