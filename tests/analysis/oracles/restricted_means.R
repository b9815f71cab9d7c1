source("cases.R")
suppressPackageStartupMessages(library(survival))
run <- function(time, status, first, tau, level = 0.95) {
  # survfit's own restricted mean and its error, by group.
  one <- function(some) { s <- summary(survfit(Surv(time[some], status[some]) ~ 1), rmean = tau)$table; c(s[["rmean"]], s[["se(rmean)"]]) }
  a <- one(first); b <- one(!first); z <- qnorm((1 + level) / 2)
  d <- a[1] - b[1]; s <- sqrt(a[2]^2 + b[2]^2)
  ratio <- function(x, y) { r <- x[1] / y[1]; e <- sqrt((x[2] / x[1])^2 + (y[2] / y[1])^2); list(value = r, low = r * exp(-z * e), high = r * exp(z * e)) }
  case("restricted_mean_difference", list(times = time, events = status, first = first, until = tau, level = level),
    list(difference = list(value = d, low = d - z * s, high = d + z * s), ratio = ratio(a, b), lost_ratio = ratio(c(tau - a[1], a[2]), c(tau - b[1], b[2])), test = list(p = 2 * pnorm(-abs(d / s)), statistic = d / s)))
}
p <- pbc[1:312, ]
run(p$time / 365.25, as.integer(p$status == 2), p$trt == 1, 10)
for (tau in c(100, 300)) run(veteran$time, veteran$status, veteran$trt == 2, tau)
run(aml$time, aml$status, aml$x == "Maintained", 40, 0.9)
run(ovarian$futime, ovarian$fustat, ovarian$rx == 2, 600)
print_cases("survival")
