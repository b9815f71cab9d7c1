source("cases.R")
suppressPackageStartupMessages({library(cmprsk); library(survival)})
set.seed(8)
run <- function(time, cause, group, strata = NULL) {
  f <- cuminc(time, cause, group, strata = if (is.null(strata)) rep(1, length(time)) else strata, rho = 0)
  a <- list(times = time, causes = cause, groups = as.character(group))
  if (!is.null(strata)) a$strata <- as.character(strata)
  for (k in rownames(f$Tests)) case("gray_test", c(a, cause = as.integer(k)), list(statistic = f$Tests[k, "stat"], p = f$Tests[k, "pv"], df = f$Tests[k, "df"]))
  g <- cuminc(time, cause, group, strata = if (is.null(strata)) rep(1, length(time)) else strata, rho = 1)
  case("gray_test", c(a, cause = 1, rho = 1), list(statistic = g$Tests["1", "stat"], p = g$Tests["1", "pv"]))
}
curve <- function(time, cause) {
  f <- cuminc(time, cause); steps <- sort(unique(time))
  for (k in intersect(unique(cause), 1:2)) {
    at <- timepoints(f, steps)
    row <- grep(paste0(" ", k, "$"), rownames(at$est))
    est <- at$est[row, ]; se <- sqrt(at$var[row, ])
    case("cumulative_incidence", list(times = time, causes = cause, cause = k), list(value = as.list(unname(est)), error = as.list(unname(se))))
    # SAS and others give bounds by log(-log).
    wide <- est > 0; z <- qnorm(0.975) * se / (est * log(est)); low <- ifelse(wide, est^exp(-z), 0); high <- ifelse(wide, est^exp(z), 0)
    case("cumulative_incidence", list(times = time, causes = cause, cause = k), list(low = as.list(unname(low)), high = as.list(unname(high))))
  }
}
for (i in 1:5) {
  n <- c(30, 60, 80, 120, 50)[i]
  time <- if (i %in% c(2, 4)) ceiling(rexp(n) * 10) else round(rexp(n), 4)
  cause <- sample(0:2, n, replace = TRUE, prob = c(0.3, 0.4, 0.3)); group <- sample(1:(2 + (i == 3)), n, replace = TRUE)
  run(time, cause, group); run(time, cause, group, sample(1:3, n, replace = TRUE)); curve(time, cause)
}
m <- mgus2; time <- ifelse(m$pstat == 1, m$ptime, m$futime); cause <- ifelse(m$pstat == 1, 1, 2 * m$death)
keep <- seq(1, nrow(m), by = 5); run(time[keep], cause[keep], m$sex[keep]); curve(time[keep], cause[keep])
print_cases(c("cmprsk", "survival"))
