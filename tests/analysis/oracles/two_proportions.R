source("cases.R")
# The likeliest proportions that differ by d, found by R's optimiser over one of them: no cubic.
restricted <- function(x1, n1, x2, n2, d) {
  low <- max(0, -d); high <- min(1, 1 - d)
  loss <- function(p) -(dbinom(x1, n1, min(1, max(0, p + d)), log = TRUE) + dbinom(x2, n2, p, log = TRUE))
  if (high - low < 1e-12) return(c(low + d, low))
  p <- suppressWarnings(optimize(loss, c(low, high), tol = 1e-15))$minimum
  ends <- c(low, p, high)
  p <- ends[which.min(sapply(ends, loss))]
  c(p + d, p)
}
z_of <- function(x1, n1, x2, n2, d, factor) {
  p <- restricted(x1, n1, x2, n2, d)
  v <- (p[1] * (1 - p[1]) / n1 + p[2] * (1 - p[2]) / n2) * (if (factor) (n1 + n2) / (n1 + n2 - 1) else 1)
  seen <- x1 / n1 - x2 / n2 - d
  if (abs(seen) < 1e-15) 0 else if (v <= 0) sign(seen) * 1e9 else seen / sqrt(v)
}
bounds <- function(x1, n1, x2, n2, level, factor) {
  z <- qnorm((1 + level) / 2); at <- x1 / n1 - x2 / n2
  f <- function(wanted) function(d) z_of(x1, n1, x2, n2, d, factor) - wanted
  edge <- 1 - 1e-9
  low <- if (at <= -edge || f(z)(-edge) < 0) -1 else uniroot(f(z), c(-edge, at), tol = 1e-12)$root
  high <- if (at >= edge || f(-z)(edge) > 0) 1 else uniroot(f(-z), c(at, edge), tol = 1e-12)$root
  c(low, high)
}
wilson <- function(x, n, level) prop.test(x, n, conf.level = level, correct = FALSE)$conf.int
tables <- list(c(9, 12, 5, 6), c(7, 13, 2, 12), c(7, 34, 1, 34), c(56, 70, 48, 80), c(0, 10, 0, 20), c(10, 10, 0, 20),
  c(10, 10, 20, 20), c(5, 56, 0, 29), c(171, 360, 112, 366), c(3, 20, 12, 20), c(1, 1, 0, 1), c(0, 20, 5, 21), c(13, 20, 13, 20))
for (t in tables) for (level in c(0.90, 0.95)) {
  a <- list(count_1 = t[1], n_1 = t[2], count_2 = t[3], n_2 = t[4], level = level)
  p1 <- t[1] / t[2]; p2 <- t[3] / t[4]; d <- p1 - p2
  w1 <- wilson(t[1], t[2], level); w2 <- wilson(t[3], t[4], level)
  case("newcombe_difference", a, list(value = d,
    low = d - sqrt((p1 - w1[1])^2 + (w2[2] - p2)^2), high = d + sqrt((w1[2] - p1)^2 + (p2 - w2[1])^2)))
  for (factor in c(TRUE, FALSE)) {
    b <- bounds(t[1], t[2], t[3], t[4], level, factor)
    case("miettinen_nurminen_difference", c(a, factor = factor), list(value = d, low = b[1], high = b[2]))
  }
  counts <- c(t[1], t[3]); ns <- c(t[2], t[4])
  if (sum(counts) > 0 && sum(counts) < sum(ns)) {
    chi <- suppressWarnings(prop.test(counts, ns, correct = FALSE))
    case("score_test", list(count_1 = t[1], n_1 = t[2], count_2 = t[3], n_2 = t[4]),
      list(p = chi$p.value, statistic = sign(d) * sqrt(unname(chi$statistic))))
  }
  z <- qnorm((1 + level) / 2)
  if (all(counts > 0)) {
    # The logarithm of a ratio of proportions is the coefficient of a binomial model with a log link.
    if (all(counts < ns)) {
      fit <- glm(cbind(counts, ns - counts) ~ c(1, 0), family = binomial(link = "log"), start = c(log(p2), log(p1 / p2)),
        control = glm.control(epsilon = 1e-15, maxit = 100))
      b <- coef(fit)[2]; s <- sqrt(vcov(fit)[2, 2])
      case("risk_ratio", a, list(value = unname(exp(b)), low = unname(exp(b - z * s)), high = unname(exp(b + z * s))))
    }
  }
  if (all(counts > 0) && all(counts < ns)) {
    fit <- glm(cbind(counts, ns - counts) ~ c(1, 0), family = binomial, control = glm.control(epsilon = 1e-15, maxit = 100))
    b <- coef(fit)[2]; s <- sqrt(vcov(fit)[2, 2])
    case("odds_ratio", a, list(value = unname(exp(b)), low = unname(exp(b - z * s)), high = unname(exp(b + z * s))))
  }
}
print_cases()
