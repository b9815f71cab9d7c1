source("cases.R")
suppressPackageStartupMessages(library(metafor))
set.seed(2)
restricted <- function(x1, n1, x2, n2, d) {
  low <- max(0, -d); high <- min(1, 1 - d)
  loss <- function(p) -(dbinom(x1, n1, min(1, max(0, p + d)), log = TRUE) + dbinom(x2, n2, p, log = TRUE))
  p <- suppressWarnings(optimize(loss, c(low, high), tol = 1e-15))$minimum
  c(p + d, p)
}
for (k in 1:12) {
  strata <- sample(2:6, 1)
  n1 <- rpois(strata, 14) + 3; n2 <- rpois(strata, 12) + 3
  x1 <- rbinom(strata, n1, 0.55); x2 <- rbinom(strata, n2, 0.4)
  a <- list(strata = lapply(1:strata, function(i) c(x1[i], n1[i], x2[i], n2[i])), level = 0.95)
  n <- n1 + n2; w <- n1 * n2 / n; z <- qnorm(0.975)
  d <- sum(w * (x1 / n1 - x2 / n2)) / sum(w)
  # metafor prints Sato's variance.
  f <- rma.mh(measure = "RD", ai = x1, n1i = n1, ci = x2, n2i = n2, digits = 12)
  case("mantel_haenszel_difference", a, list(value = unname(f$beta[1]), low = f$ci.lb, high = f$ci.ub))
  # A contrast of the proportions of a saturated model, with the variances of R's own fit.
  x <- c(x1, x2); m <- c(n1, n2); cell <- factor(seq_along(x))
  if (all(x > 0 & x < m)) {
    fit <- glm(cbind(x, m - x) ~ 0 + cell, family = binomial(link = "identity"), start = x / m, control = glm.control(epsilon = 1e-15, maxit = 100))
    weights <- c(w, -w) / sum(w)
    v <- sqrt(drop(weights %*% vcov(fit) %*% weights))
    case("weighted_difference", a, list(value = d, low = d - z * v, high = d + z * v))
  }
  score <- function(delta) {
    v <- sum(sapply(1:strata, function(i) {
      p <- restricted(x1[i], n1[i], x2[i], n2[i], delta)
      (w[i] / sum(w))^2 * (p[1] * (1 - p[1]) / n1[i] + p[2] * (1 - p[2]) / n2[i]) * n[i] / (n[i] - 1)
    }))
    (d - delta) / sqrt(v)
  }
  case("stratified_score_difference", a, list(value = d,
    low = uniroot(function(x) score(x) - z, c(-0.99, d), tol = 1e-12)$root,
    high = uniroot(function(x) score(x) + z, c(d, 0.99), tol = 1e-12)$root))
}
print_cases("metafor")
