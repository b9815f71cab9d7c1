source("cases.R")
library(numDeriv)
# Imputation written out visit by visit; Firth's coefficients by climbing the penalised likelihood as it is written.
set.seed(12)
draws <- 4000
firth <- function(X, y) {
  information <- function(b) { p <- plogis(drop(X %*% b)); t(X) %*% (X * (p * (1 - p))) }
  loss <- function(b) -sum(plogis((2 * y - 1) * drop(X %*% b), log.p = TRUE)) - as.numeric(determinant(information(b))$modulus) / 2
  b <- optim(rep(0, ncol(X)), loss, method = "BFGS", control = list(reltol = 1e-14, maxit = 1000))$par
  list(b = b, root = t(chol(solve(information(b)))))
}
run <- function(y, g, x = NULL, level = 0.95) {
  n <- nrow(y); k <- ncol(y); G <- model.matrix(~ relevel(factor(g), "control")); last <- apply(y, 1, function(v) max(c(0, which(!is.na(v)))))
  fits <- lapply(1:k, function(j) if (all(last >= j)) NULL else { rows <- last >= j; firth(cbind(G, x, y[, seq_len(j - 1)])[rows, , drop = FALSE], y[rows, j]) })
  ys <- replicate(draws, { z <- y
    for (j in 1:k) if (!is.null(fits[[j]])) { f <- fits[[j]]; lost <- last < j
      p <- plogis(cbind(G, x, z[, seq_len(j - 1)])[lost, , drop = FALSE] %*% (f$b + drop(f$root %*% rnorm(length(f$b))))); z[lost, j] <- rbinom(sum(lost), 1, p) }
    z[, k] })
  each <- lapply(setdiff(unique(g), "control"), function(o) {
    p <- colMeans(ys[g == o, ]); c <- colMeans(ys[g == "control", ]); q <- p - c; u <- p * (1 - p) / sum(g == o) + c * (1 - c) / sum(g == "control")
    m <- length(q); B <- (1 + 1 / m) * var(q); T <- mean(u) + B; df <- (m - 1) * (T / B)^2; half <- qt((1 + level) / 2, df) * sqrt(T)
    list(pooled = list(estimate = list(value = mean(q), low = mean(q) - half, high = mean(q) + half), error = sqrt(T), test = list(p = 2 * pt(-abs(mean(q)) / sqrt(T), df))),
      imputed = c(sum(last[g == o] < k), sum(last[g == "control"] < k)))
  })
  a <- list(answers = lapply(seq_len(n), function(i) lapply(y[i, ], function(v) if (is.na(v)) NULL else v)), groups = g, reference = "control", imputations = 1500, random = 5, level = level)
  if (!is.null(x)) a$covariates <- lapply(seq_len(n), function(i) I(x[i, ]))
  case("imputed_responses", a, list(contrasts = each))
}
made <- function(n, visits, effect, arms) {
  g <- rep(arms, length.out = n); own <- rnorm(n)
  y <- sapply(seq_len(visits), function(j) as.integer(own + effect * (g != "control") * j + rnorm(n) > 0.8))
  for (i in seq_len(n)) { l <- sample(c(seq_len(visits) - 1, rep(visits, 4)), 1); if (l < visits) y[i, (l + 1):visits] <- NA }
  list(y = y, g = g, x = cbind(round(own + rnorm(n), 2)))
}
d <- made(80, 3, 0.4, c("control", "drug")); run(d$y, d$g, d$x)
d <- made(70, 1, 0.9, c("control", "drug")); run(matrix(d$y), d$g, level = 0.9)
d <- made(120, 2, 0.3, c("low", "control", "high")); run(d$y, d$g, d$x)
# All of a group who were seen respond.
y <- matrix(c(rep(1, 12), NA, NA, NA, rep(0:1, 7), NA)); run(y, rep(c("drug", "control"), each = 15))
print_cases("numDeriv")
