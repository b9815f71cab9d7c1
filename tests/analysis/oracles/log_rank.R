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
# Weights with a second power, by tables of two groups at each time of an event.
weighted <- function(time, status, first, rho, gamma, strata = rep(1, length(time))) {
  over <- 0; variance <- 0
  for (layer in unique(strata)) {
    some <- strata == layer; fit <- survfit(Surv(time[some], status[some]) ~ 1)
    for (t in sort(unique(time[some & status == 1]))) {
      before <- c(1, fit$surv)[1 + sum(fit$time < t)]
      n <- sum(time[some] >= t); n1 <- sum(time[some] >= t & first[some]); d <- sum(time[some] == t & status[some] == 1); d1 <- sum(time[some] == t & status[some] == 1 & first[some])
      w <- before^rho * (1 - before)^gamma
      over <- over + w * (d1 - d * n1 / n)
      if (n > 1) variance <- variance + w^2 * d * n1 / n * (1 - n1 / n) * (n - d) / (n - 1)
    }
  }
  over^2 / variance
}
for (w in list(c(0, 1), c(1, 1), c(0.5, 2))) for (k in 1:3) {
  d <- list(list(aml$time, aml$status, aml$x == "Maintained", NULL), list(veteran$time, veteran$status, veteran$trt == 1, NULL), list(veteran$time, veteran$status, veteran$trt == 1, veteran$celltype))[[k]]
  s <- if (is.null(d[[4]])) weighted(d[[1]], d[[2]], d[[3]], w[1], w[2]) else weighted(d[[1]], d[[2]], d[[3]], w[1], w[2], d[[4]])
  a <- list(times = d[[1]], events = d[[2]], groups = ifelse(d[[3]], "first", "second"), rho = w[1], gamma = w[2])
  if (!is.null(d[[4]])) a$strata <- as.character(d[[4]])
  case("log_rank_test", a, list(statistic = s, df = 1, p = pchisq(s, 1, lower.tail = FALSE)))
}
print_cases("survival")
