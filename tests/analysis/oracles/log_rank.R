source("cases.R")
suppressPackageStartupMessages(library(survival))
run <- function(time, status, group, strata = NULL, rho = 0) {
  f <- if (is.null(strata)) survdiff(Surv(time, status) ~ group, rho = rho) else survdiff(Surv(time, status) ~ group + strata(strata), rho = rho)
  a <- list(times = time, events = status, groups = as.character(group), rho = rho)
  if (!is.null(strata)) a$strata <- as.character(strata)
  df <- length(f$n) - 1
  if (!is.null(strata)) df <- length(unique(group)) - 1
  case("log_rank_test", a, list(statistic = f$chisq, df = df, p = pchisq(f$chisq, df, lower.tail = FALSE)))
}
for (rho in c(0, 0.5, 1)) {
  run(aml$time, aml$status, aml$x, rho = rho)
  run(veteran$time, veteran$status, veteran$trt, rho = rho)
  run(veteran$time, veteran$status, veteran$celltype, rho = rho)
  run(veteran$time, veteran$status, veteran$trt, veteran$celltype, rho = rho)
  run(ovarian$futime, ovarian$fustat, ovarian$rx, rho = rho)
  run(ovarian$futime, ovarian$fustat, ovarian$rx, ovarian$ecog.ps, rho = rho)
}
print_cases("survival")
