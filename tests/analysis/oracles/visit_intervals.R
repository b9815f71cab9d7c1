source("cases.R")
suppressPackageStartupMessages(library(coin))
set.seed(6)
# Turnbull by self-consistency over all cells between ends that occur, a hundred thousand times: no innermost intervals, no Newton steps.
fit <- function(left, right) {
  ends <- sort(unique(c(0, left, right))); k <- length(ends) - 1
  a <- outer(left, ends[1:k], "<=") & outer(right, ends[-1], ">="); storage.mode(a) <- "double"
  p <- rep(1 / k, k); n <- length(left)
  for (i in 1:100000) { q <- p * as.vector(crossprod(a, 1 / (a %*% p))) / n; if (i %% 100 == 0 && max(abs(q - p)) < 1e-15) break; p <- q }
  kept <- p > 1e-7; p <- p[kept] / sum(p[kept])
  list(left = ends[1:k][kept], right = ends[-1][kept], mass = p, value = 1 - cumsum(p))
}
scores <- function(left, right, kind) {
  f <- fit(left, right); s <- c(1, f$value); s[length(s)] <- 0
  high <- s[1 + sapply(left, function(l) sum(f$right <= l))]; low <- s[1 + sapply(right, function(r) sum(f$right <= r))]
  if (kind == "wilcoxon") return(high + low - 1)
  hazard <- f$mass / s[seq_along(f$mass)]; logs <- if (kind == "sun") c(0, -cumsum(hazard)) else c(log(s[-length(s)]), 0)
  at <- function(v) logs[1 + sapply(v, function(x) sum(f$right <= x))]
  (high * at(left) - ifelse(low > 0, low * at(right), 0)) / (high - low)
}
shown <- function(x) lapply(x, function(v) if (is.infinite(v)) 1e9 else v)
for (i in 1:5) {
  n <- c(20, 30, 40, 30, 25)[i]; t <- rexp(n, 0.15); group <- if (i == 4) rep(1:3, length.out = n) else rep(1:2, length.out = n)
  left <- right <- numeric(n)
  for (j in 1:n) { v <- sort(sample(1:15, 4)); left[j] <- max(c(0, v[v < t[j]])); right[j] <- min(c(Inf, v[v >= t[j]])) }
  # A time that JSON can say stands for infinity; only the last interval sees it.
  right[is.infinite(right)] <- 1e9
  f <- fit(left, right)
  case("turnbull_curve", list(left = left, right = right), lapply(f, as.list))
  for (kind in c("sun", "finkelstein", "wilcoxon")) {
    s <- scores(left, right, kind); test <- independence_test(s ~ factor(group), teststat = "quadratic")
    case("interval_log_rank_test", list(left = left, right = right, groups = as.character(group), scores = kind), list(statistic = as.numeric(statistic(test)), p = as.numeric(pvalue(test)), df = length(unique(group)) - 1))
  }
}
print_cases("coin")
