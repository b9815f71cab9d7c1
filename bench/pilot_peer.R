# The pilot's repeated measures by nlme: `Rscript pilot_peer.R ROWS.csv TIMES` prints seconds of one fit, without reading.
suppressPackageStartupMessages(library(nlme))
given <- commandArgs(TRUE)
d <- read.csv(given[1])
d$visit <- factor(d$visit); d$at <- as.integer(d$visit)
d$group <- factor(d$group); d$site <- factor(d$site)
fit <- function() gls(change ~ group * visit + site + base:visit, d, correlation = corSymm(form = ~ at | person), weights = varIdent(form = ~ 1 | visit), method = "REML")
invisible(fit())
runs <- lapply(seq_len(as.integer(given[2])), function(i) { t <- system.time(g <- fit()); c(t[["elapsed"]], t[["user.self"]] + t[["sys.self"]]) })
middle <- runs[[order(sapply(runs, function(r) r[2]))[(length(runs) + 1) %/% 2]]]
cat(sprintf('{"seconds": %.6f, "processor": %.6f, "log_likelihood": %.10f}\n', middle[1], middle[2], as.numeric(logLik(fit()))))
