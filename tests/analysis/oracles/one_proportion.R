source("cases.R")
for (n in c(1, 5, 13, 20, 40, 113, 362)) for (x in unique(round(c(0, 1, n / 7, n / 3, n / 2, n - 1, n)))) {
  if (x > n) next
  for (level in c(0.90, 0.95, 0.99)) {
    tail <- (1 - level) / 2
    exact <- binom.test(x, n, conf.level = level)
    case("clopper_pearson", list(count = x, n = n, level = level),
      list(value = x / n, low = exact$conf.int[1], high = exact$conf.int[2]))
    score <- prop.test(x, n, conf.level = level, correct = FALSE)$conf.int
    case("wilson", list(count = x, n = n, level = level), list(value = x / n, low = score[1], high = score[2]))
    case("jeffreys", list(count = x, n = n, level = level), list(value = x / n,
      low = if (x == 0) 0 else qbeta(tail, x + 0.5, n - x + 0.5),
      high = if (x == n) 1 else qbeta(1 - tail, x + 0.5, n - x + 0.5)))
    # The half of what was seen: a sum of R's own binomial chances, solved by R's own root finder.
    above <- function(p) pbinom(x, n, p, lower.tail = FALSE) + dbinom(x, n, p) / 2 - tail
    below <- function(p) pbinom(x - 1, n, p) + dbinom(x, n, p) / 2 - tail
    case("mid_p", list(count = x, n = n, level = level), list(value = x / n,
      low = if (x == 0) 0 else uniroot(above, c(0, 1), tol = 1e-15)$root,
      high = if (x == n) 1 else uniroot(below, c(0, 1), tol = 1e-15)$root))
  }
  for (p in c(0.05, 0.2, 0.5, 0.77)) for (side in c("two", "greater", "less")) {
    case("binomial_test", list(count = x, n = n, against = p, side = side), list(
      p = binom.test(x, n, p, alternative = if (side == "two") "two.sided" else side)$p.value))
  }
}
print_cases()
