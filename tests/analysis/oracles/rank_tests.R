source("cases.R")
suppressPackageStartupMessages(library(coin))
set.seed(6)
run <- function(x, y, level = 0.95) {
  a <- list(first = I(x), second = I(y)); d <- data.frame(v = c(x, y), g = factor(rep(1:2, c(length(x), length(y)))))
  tied <- any(duplicated(c(x, y)))
  e <- wilcox_test(v ~ g, d, distribution = "exact"); n <- wilcox_test(v ~ g, d)
  w <- sum(rank(d$v)[d$g == 1]) - length(x) * (length(x) + 1) / 2
  case("exact_rank_sum_test", a, list(p = as.numeric(pvalue(e)), statistic = w))
  case("rank_sum_test", a, list(p = as.numeric(pvalue(n)), statistic = as.numeric(statistic(n))))
  k <- suppressWarnings(wilcox.test(x, y, exact = FALSE, correct = TRUE))
  case("rank_sum_test", c(a, correct = TRUE), list(p = k$p.value))
  if (!tied) {
    s <- wilcox.test(x, y, exact = TRUE, conf.int = TRUE, conf.level = level)
    case("exact_shift", c(a, level = level), list(value = unname(s$estimate), low = s$conf.int[1], high = s$conf.int[2]))
  } else {
    s <- list(estimate = median(outer(x, y, "-")))
    case("exact_shift", c(a, level = level), list(value = s$estimate))
  }
  if (!tied && length(x) > 4) {
    i <- confint(wilcox_test(v ~ g, d, conf.int = TRUE, conf.level = level))$conf.int
    case("asymptotic_shift", c(a, level = level), list(value = median(outer(x, y, "-")), low = i[1], high = i[2]))
  }
}
run(c(1.1, 2.3, 0.4, 5.6, 3.2), c(2.2, 7.1, 4.4, 6.3, 9.9, 3.5))
run(round(rnorm(12, 1), 3), round(rnorm(9), 3), 0.9)
run(rpois(10, 4) + 0, rpois(14, 6) + 0)
run(round(rexp(25), 4), round(rexp(22, 0.5), 4), 0.99)
run(c(1, 2), c(3, 4, 5, 6), 0.8)
run(round(rcauchy(31), 3), round(rcauchy(18, 1), 3))
run(sleep$extra[1:10], sleep$extra[11:20])
for (strata in list(c(8, 11), c(5, 7, 9, 12), c(3, 4, 20))) for (round_to in c(0, 4)) {
  s <- factor(rep(seq_along(strata), strata)); g <- factor(unlist(lapply(strata, function(n) sample(rep(1:2, length.out = n)))))
  v <- round(rnorm(length(s), as.integer(s) + 0.6 * as.integer(g), 1.5), round_to)
  # Weights of van Elteren: ranks within a stratum over its size and one more.
  o <- independence_test(v ~ g | s, ytrafo = function(data) trafo(data, numeric_trafo = function(y) rank_trafo(y) / (length(y) + 1), block = s), teststat = "quadratic")
  pick <- function(k) lapply(levels(s), function(l) I(v[s == l & g == k]))
  case("van_elteren_test", list(first = pick(1), second = pick(2)), list(p = as.numeric(pvalue(o)), statistic = as.numeric(statistic(o)), df = 1))
}
print_cases("coin")
