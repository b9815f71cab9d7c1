source("cases.R")
tight <- .Machine$double.eps^0.5
for (s in list(c(1, 1, 0.05, 2), c(0.5, 2.1, 0.05, 2), c(5, 12, 0.1, 1), c(0.8, 1, 0.01, 2))) {
  side <- if (s[4] == 2) "two.sided" else "one.sided"
  a <- list(deviation = s[2], level = s[3], sides = s[4])
  for (n in c(8, 23, 60)) {
    p <- power.t.test(n = n, delta = s[1], sd = s[2], sig.level = s[3], alternative = side)$power
    case("mean_design", c(a, n = n, difference = s[1]), list(power = p))
    d <- power.t.test(n = n, power = 0.8, sd = s[2], sig.level = s[3], alternative = side, tol = 1e-12)$delta
    case("mean_design", c(a, n = n, power = 0.8), list(effect = d))
  }
  for (power in c(0.8, 0.9)) {
    n <- power.t.test(power = power, delta = s[1], sd = s[2], sig.level = s[3], alternative = side, tol = 1e-12)$n
    case("mean_design", c(a, power = power, difference = s[1]), list(exact = n, n_1 = ceiling(n), n_2 = ceiling(n)))
    shrunk <- power.t.test(power = power, delta = s[1], sd = s[2] * sqrt(1 - 0.6^2), sig.level = s[3], alternative = side, tol = 1e-12)$n
    case("mean_design", c(a, power = power, difference = s[1], explained = 0.6), list(exact = shrunk))
    case("last_visit_design", c(a, power = power, difference = s[1], retained = 0.8, explained = 0.6), list(exact = shrunk / 0.8, n_1 = ceiling(shrunk / 0.8)))
    kept <- power.t.test(n = 40 * 0.75, delta = s[1], sd = s[2], sig.level = s[3], alternative = side)$power
    case("last_visit_design", c(a, n = 40, difference = s[1], retained = 0.75), list(power = kept))
  }
  # Unequal arms: R has the noncentral distribution.
  df <- 20 + 40 - 2; shift <- s[1] / s[2] / sqrt(1 / 20 + 1 / 40)
  case("mean_design", c(a, n = 20, ratio = 2, difference = s[1]), list(power = pt(qt(s[3] / s[4], df, lower.tail = FALSE), df, shift, lower.tail = FALSE), n_2 = 40))
}
for (s in list(c(0.5, 0.3, 0.05, 2), c(0.75, 0.5, 0.1, 1), c(0.15, 0.4, 0.01, 2), c(0.9, 0.6, 0.05, 2))) {
  side <- if (s[4] == 2) "two.sided" else "one.sided"
  a <- list(share_2 = s[2], level = s[3], sides = s[4])
  for (n in c(20, 75)) {
    case("share_design", c(a, n = n, difference = s[1] - s[2]), list(power = power.prop.test(n = n, p1 = s[1], p2 = s[2], sig.level = s[3], alternative = side)$power))
    p <- power.prop.test(n = n, power = 0.8, p1 = s[2], sig.level = s[3], alternative = side, tol = 1e-12)$p2
    case("share_design", c(a, n = n, power = 0.8), list(effect = p - s[2]))
  }
  n <- power.prop.test(p1 = s[1], p2 = s[2], power = 0.85, sig.level = s[3], alternative = side, tol = 1e-12)$n
  case("share_design", c(a, power = 0.85, difference = s[1] - s[2]), list(exact = n, n_1 = ceiling(n)))
}
for (s in list(c(0.2, 0.4, 0.05, 0.8), c(0.1, 0.3, 0.05, 0.9), c(0.5, 0.7, 0.025, 0.8))) {
  at <- function(n, p) { r <- 0:n; r <- r[pbinom(r - 1, n, s[1], lower.tail = FALSE) <= s[3]]; if (length(r)) c(min(r), pbinom(min(r) - 1, n, p, lower.tail = FALSE)) else c(n + 1, 0) }
  for (n in c(15, 40)) {
    case("single_arm_design", list(against = s[1], share = s[2], level = s[3], n = n), list(power = at(n, s[2])[2], exact = at(n, s[2])[1]))
    case("single_arm_design", list(against = s[1], level = s[3], n = n, power = s[4]), list(effect = uniroot(function(p) at(n, p)[2] - s[4], c(s[1], 1), tol = 1e-14)$root))
  }
  p <- sapply(1:400, function(n) at(n, s[2])[2]); n <- min(which(p >= s[4]))
  case("single_arm_design", list(against = s[1], share = s[2], level = s[3], power = s[4]), list(n_1 = n, exact = at(n, s[2])[1], power = p[n]))
}
# Ordered answers: the other arm's shares under one odds ratio, and the information of its logarithm.
for (s in list(list(c(0.2, 0.5, 0.2, 0.1), 2.5, 1, 2), list(c(0.1, 0.2, 0.7), 2, 2, 2), list(c(0.3, 0.7), 0.5, 1, 1), list(c(0.25, 0.15, 0.4, 0.1, 0.1), 1.8, 0.5, 2))) {
  p <- s[[1]]; ratio <- s[[3]]; z <- qnorm(1 - 0.05 / s[[4]])
  information <- function(odds) { q <- diff(c(0, plogis(qlogis(cumsum(p)[-length(p)]) + log(odds)), 1)); m <- (q + ratio * p) / (1 + ratio); ratio / (3 * (1 + ratio)^2) * (1 - sum(m^3)) }
  a <- list(shares_2 = as.list(p), sides = s[[4]], ratio = ratio)
  total <- (z + qnorm(0.9))^2 / (log(s[[2]])^2 * information(s[[2]]))
  case("ordinal_design", c(a, odds = s[[2]], power = 0.9), list(exact = total / (1 + ratio), n_1 = ceiling(total / (1 + ratio))))
  case("ordinal_design", c(a, odds = s[[2]], n = 40), list(power = pnorm(abs(log(s[[2]])) * sqrt(40 * (1 + ratio) * information(s[[2]])) - z)))
  case("ordinal_design", c(a, n = 60, power = 0.8), list(effect = uniroot(function(o) log(o) * sqrt(60 * (1 + ratio) * information(o)) - z - qnorm(0.8), c(1.001, 50), tol = 1e-13)$root))
}
print_cases()
