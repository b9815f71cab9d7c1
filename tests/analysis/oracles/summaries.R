source("cases.R")
set.seed(1)
# Values that have exactly this mean and this standard deviation.
made <- function(mean, sd, n) { x <- rnorm(n); (x - base::mean(x)) / stats::sd(x) * sd + mean }
pairs <- list(c(2.5, 5.8, 79, 2.0, 5.55, 81), c(10.2, 3.1, 20, 8.4, 4.4, 20), c(1, 0.2, 5, 1.3, 0.9, 40), c(-0.4, 2, 12, -0.4, 3, 7))
for (t in pairs) {
  a <- list(mean_1 = t[1], sd_1 = t[2], n_1 = t[3], mean_2 = t[4], sd_2 = t[5], n_2 = t[6])
  x <- made(t[1], t[2], t[3]); y <- made(t[4], t[5], t[6])
  for (equal in c(TRUE, FALSE)) {
    found <- t.test(x, y, var.equal = equal)
    case("summary_t_test", c(a, equal = equal), list(p = found$p.value, statistic = unname(found$statistic), df = unname(found$parameter)))
    for (level in c(0.90, 0.95)) {
      b <- t.test(x, y, var.equal = equal, conf.level = level)$conf.int
      case("summary_difference", c(a, equal = equal, level = level), list(value = t[1] - t[4], low = b[1], high = b[2]))
    }
  }
}
for (g in list(list(c(2.5, 5.8, 79), c(2.0, 5.55, 81), c(1.5, 4.26, 74)), list(c(1, 1, 5), c(2, 1.5, 6), c(2.2, 0.7, 9), c(4, 2, 4)),
  list(c(10, 2, 12), c(11, 3, 15)))) {
  y <- unlist(lapply(g, function(t) made(t[1], t[2], t[3])))
  f <- factor(rep(seq_along(g), sapply(g, function(t) t[3])))
  found <- anova(lm(y ~ f))
  case("summary_anova", list(groups = g), list(p = found[1, 5], statistic = found[1, 4], df = found[2, 1]))
}
for (t in list(c(0.31, 40), c(-0.62, 12), c(0.05, 200), c(0, 10))) {
  x <- made(0, 1, t[2]); e <- resid(lm(rnorm(t[2]) ~ x)); e <- e / sd(e)
  found <- cor.test(x, t[1] * x + sqrt(1 - t[1]^2) * e)
  case("correlation_significance", list(r = t[1], n = t[2]), list(p = found$p.value, statistic = unname(found$statistic), df = unname(found$parameter)))
}
for (t in list(c(-0.5, 0.82), c(1.2, 0.4), c(0, 1))) {
  z <- t[1] / t[2]
  case("wald_significance", list(value = t[1], error = t[2]), list(p = 2 * pnorm(-abs(z)), statistic = z))
  case("wald_significance", list(value = t[1], error = t[2], df = 13), list(p = 2 * pt(-abs(z), 13), statistic = z, df = 13))
  for (level in c(0.90, 0.95)) {
    half <- qnorm((1 + level) / 2) * t[2]
    case("error_interval", list(value = t[1], error = t[2], level = level), list(value = t[1], low = t[1] - half, high = t[1] + half))
    half <- qt((1 + level) / 2, 13) * t[2]
    case("error_interval", list(value = t[1], error = t[2], df = 13, level = level), list(value = t[1], low = t[1] - half, high = t[1] + half))
  }
}
print_cases()
