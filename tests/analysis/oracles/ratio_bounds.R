source("cases.R")
suppressPackageStartupMessages(library(metafor))
set.seed(4)
score <- function(x1, n1, x2, n2, r, factor) {
  top <- min(1, 1 / r)
  loss <- function(p) -(dbinom(x1, n1, min(1, p * r), log = TRUE) + dbinom(x2, n2, p, log = TRUE))
  slope <- function(p) { a <- min(1 - 1e-16, p * r); (x1 + x2) / p - (n1 - x1) * r / (1 - a) - (n2 - x2) / (1 - p) }
  lo <- 1e-13 * top; hi <- top * (1 - 1e-13)
  p <- if (slope(lo) * slope(hi) < 0) uniroot(slope, c(lo, hi), tol = 1e-16)$root else suppressWarnings(optimize(loss, c(0, top), tol = 1e-14)$minimum)
  a <- p * r
  v <- (a * (1 - a) / n1 + r^2 * p * (1 - p) / n2) * (if (factor) (n1 + n2) / (n1 + n2 - 1) else 1)
  (x1 / n1 - r * x2 / n2) / sqrt(v)
}
for (t in list(c(9, 12, 5, 6), c(7, 13, 2, 12), c(7, 34, 1, 34), c(0, 10, 6, 20), c(5, 10, 0, 20), c(10, 10, 13, 20), c(10, 10, 20, 20), c(171, 360, 112, 366))) for (level in c(0.9, 0.95)) for (factor in c(TRUE, FALSE)) {
  z <- qnorm((1 + level) / 2); f <- function(w) function(l) score(t[1], t[2], t[3], t[4], exp(l), factor) - w
  seen <- if (t[1] == 0 || t[3] == 0) NULL else log(t[1] / t[2] / (t[3] / t[4]))
  low <- if (t[1] == 0) 0 else exp(uniroot(f(z), c(-12, if (is.null(seen)) 12 else seen), tol = 1e-12)$root)
  high <- if (t[3] == 0) "Inf" else exp(uniroot(f(-z), c(if (is.null(seen)) -12 else seen, 12), tol = 1e-12)$root)
  case("score_risk_ratio", list(count_1 = t[1], n_1 = t[2], count_2 = t[3], n_2 = t[4], level = level, factor = factor),
    list(value = if (t[3] == 0) "Inf" else t[1] / t[2] / (t[3] / t[4]), low = low, high = high))
}
for (i in 1:6) {
  k <- sample(2:6, 1); n1 <- rpois(k, 25) + 5; n2 <- rpois(k, 25) + 5; x1 <- rbinom(k, n1, 0.5) + 0; x2 <- rbinom(k, n2, 0.3)
  strata <- lapply(1:k, function(j) c(x1[j], n1[j], x2[j], n2[j]))
  rr <- rma.mh(ai = x1, n1i = n1, ci = x2, n2i = n2, measure = "RR", correct = FALSE)
  or <- rma.mh(ai = x1, n1i = n1, ci = x2, n2i = n2, measure = "OR", correct = FALSE)
  case("common_risk_ratio", list(strata = strata), list(value = exp(unname(c(rr$b))), low = exp(rr$ci.lb), high = exp(rr$ci.ub)))
  case("breslow_day_test", list(strata = strata, tarone = FALSE), list(statistic = or$BD, p = or$BDp, df = k - 1))
  case("breslow_day_test", list(strata = strata), list(statistic = or$TA, p = or$TAp, df = k - 1))
}
print_cases("metafor")
