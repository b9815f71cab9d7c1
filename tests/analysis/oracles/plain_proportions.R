source("cases.R")
wald <- function(x, n, level) {
  fit <- suppressWarnings(glm(cbind(x, n - x) ~ 1, family = binomial(link = "identity"), start = x / n,
    control = glm.control(epsilon = 1e-15, maxit = 100)))
  half <- qnorm((1 + level) / 2) * sqrt(vcov(fit)[1, 1])
  c(max(0, x / n - half), min(1, x / n + half))
}
for (t in list(c(5, 20), c(1, 30), c(29, 30), c(171, 360))) for (level in c(0.90, 0.95)) {
  a <- list(count = t[1], n = t[2], level = level)
  b <- wald(t[1], t[2], level)
  case("wald_interval", a, list(value = t[1] / t[2], low = b[1], high = b[2]))
  z <- qnorm((1 + level) / 2)
  # The middle of Wilson's interval is the proportion that Agresti and Coull take.
  p <- mean(prop.test(t[1], t[2], conf.level = level, correct = FALSE)$conf.int)
  half <- z * sqrt(p * (1 - p) / (t[2] + z^2))
  case("agresti_coull", a, list(value = t[1] / t[2], low = max(0, p - half), high = min(1, p + half)))
}
tables <- list(c(9, 12, 5, 6), c(7, 13, 2, 12), c(7, 34, 1, 34), c(56, 70, 48, 80), c(171, 360, 112, 366), c(3, 20, 12, 20),
  c(13, 20, 13, 20), c(11, 25, 10, 22), c(121, 381, 111, 379))
quiet <- suppressWarnings
for (t in tables) {
  x <- t[c(1, 3)]; n <- t[c(2, 4)]; d <- x[1] / n[1] - x[2] / n[2]
  for (level in c(0.90, 0.95)) {
    a <- list(count_1 = t[1], n_1 = t[2], count_2 = t[3], n_2 = t[4], level = level)
    for (corrected in c(FALSE, TRUE)) {
      b <- quiet(prop.test(x, n, conf.level = level, correct = corrected))$conf.int
      case("wald_difference", c(a, corrected = corrected), list(value = d, low = b[1], high = b[2]))
    }
    b <- quiet(prop.test(x + 1, n + 2, conf.level = level, correct = FALSE))$conf.int
    case("agresti_caffo_difference", a, list(value = d, low = b[1], high = b[2]))
  }
  a <- list(count_1 = t[1], n_1 = t[2], count_2 = t[3], n_2 = t[4])
  y <- quiet(prop.test(x, n, correct = TRUE))
  case("yates_test", a, list(p = y$p.value, statistic = unname(y$statistic)))
  tight <- glm.control(epsilon = 1e-15, maxit = 100)
  logit <- glm(cbind(x, n - x) ~ c(1, 0), family = binomial, control = tight)
  g <- logit$null.deviance - logit$deviance
  case("likelihood_ratio_test", a, list(p = pchisq(g, 1, lower.tail = FALSE), statistic = g))
  z <- coef(logit)[2] / sqrt(vcov(logit)[2, 2])
  case("odds_ratio_test", a, list(p = unname(2 * pnorm(-abs(z))), statistic = unname(z)))
  line <- quiet(glm(cbind(x, n - x) ~ c(1, 0), family = binomial(link = "identity"), start = c(x[2] / n[2], d), control = tight))
  z <- d / sqrt(vcov(line)[2, 2])
  case("wald_test", a, list(p = unname(2 * pnorm(-abs(z))), statistic = unname(z)))
}
for (m in list(matrix(c(56, 35, 68, 20, 164, 15), 2), matrix(c(3, 83, 0, 84, 1, 83), 2), matrix(c(5, 6, 7, 1, 9, 3, 2, 2, 8), 3))) {
  found <- quiet(chisq.test(m, correct = FALSE))
  case("pearson_test", list(table = unname(split(m, row(m)))), list(p = found$p.value, statistic = unname(found$statistic), df = unname(found$parameter)))
}
print_cases()
