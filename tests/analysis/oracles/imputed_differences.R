source("cases.R")
# Imputation written out person by person and visit by visit: no covariance matrix, one regression after the other.
set.seed(9)
draws <- 2500
imputed <- function(y, g, x, reference, strategy) {
  n <- nrow(y); k <- ncol(y); G <- model.matrix(~ 0 + g); R <- G; R[] <- 0; R[, paste0("g", reference)] <- 1
  last <- apply(y, 1, function(v) max(c(0, which(!is.na(v)))))
  fits <- lapply(1:k, function(j) { rows <- last >= j; X <- cbind(G, x, y[, seq_len(j - 1)])[rows, , drop = FALSE]; q <- qr(X)
    list(b = qr.coef(q, y[rows, j]), s = sum(qr.resid(q, y[rows, j])^2), df = sum(rows) - ncol(X), root = backsolve(qr.R(q), diag(ncol(X)))) })
  replicate(draws, {
    own <- other <- matrix(0, n, k); slopes <- list(); spread <- numeric(k)
    for (j in 1:k) {
      f <- fits[[j]]; spread[j] <- sqrt(f$s / rchisq(1, f$df)); b <- f$b + spread[j] * drop(f$root %*% rnorm(length(f$b)))
      slopes[[j]] <- b[-seq_len(ncol(G) + ncol(x))]; head <- b[seq_len(ncol(G) + ncol(x))]
      own[, j] <- cbind(G, x) %*% head + own[, seq_len(j - 1), drop = FALSE] %*% slopes[[j]]
      other[, j] <- cbind(R, x) %*% head + other[, seq_len(j - 1), drop = FALSE] %*% slopes[[j]]
    }
    z <- y
    for (i in which(last < k)) {
      l <- last[i]; after <- seq_len(k) > l
      m <- switch(rep_len(strategy, n)[i], missing_at_random = own[i, ], jump_to_reference = ifelse(after, other[i, ], own[i, ]), copy_reference = other[i, ],
        copy_increments = if (l == 0) other[i, ] else ifelse(after, own[i, l] + other[i, ] - other[i, l], own[i, ]),
        last_mean_carried_forward = if (l == 0) own[i, ] else ifelse(after, own[i, l], own[i, ]), return_to_baseline = ifelse(after, x[i, 1], own[i, ]))
      for (j in which(after)) z[i, j] <- m[j] + sum(slopes[[j]] * (z[i, seq_len(j - 1)] - m[seq_len(j - 1)])) + spread[j] * rnorm(1)
    }
    z[, k]
  })
}
pooled <- function(ys, g, x, reference, group, shift, gone, level) {
  f <- lm((ys + shift * (gone & g == group)) ~ relevel(factor(g), reference) + x)
  X <- model.matrix(f); at <- which(sub(".*)", "", colnames(X)) == group); v <- solve(crossprod(X))[at, at]
  q <- coef(f)[at, ]; u <- colSums(residuals(f)^2) / f$df.residual * v; m <- length(q); B <- (1 + 1 / m) * var(q); T <- mean(u) + B; nu <- f$df.residual
  df <- 1 / (1 / ((m - 1) * (T / B)^2) + 1 / ((nu + 1) / (nu + 3) * nu * (1 - B / T))); half <- qt((1 + level) / 2, df) * sqrt(T)
  list(value = mean(q), low = mean(q) - half, high = mean(q) + half, error = sqrt(T), p = 2 * pt(-abs(mean(q)) / sqrt(T), df))
}
rows_of <- function(y) lapply(seq_len(nrow(y)), function(i) lapply(y[i, ], function(v) if (is.na(v)) NULL else v))
run <- function(y, g, x, strategies, shift = 0, tip = NULL, level = 0.95) for (strategy in strategies) {
  ys <- imputed(y, g, x, "control", strategy); gone <- is.na(y[, ncol(y)])
  others <- setdiff(unique(g), "control")
  a <- list(answers = rows_of(y), groups = g, covariates = lapply(seq_len(nrow(x)), function(i) I(x[i, ])), reference = "control", strategy = strategy, imputations = 1500, random = 11, level = level)
  each <- lapply(others, function(o) { e <- pooled(ys + shift * (gone & g != "control" & g != o), g, x, "control", o, shift, gone, level)
    list(pooled = list(estimate = e[c("value", "low", "high")], error = e$error, test = list(p = e$p)), imputed = c(sum(gone & g == o), sum(gone & g == "control"))) })
  case("imputed_differences", c(a, shift = shift), list(contrasts = each))
  for (o in tip) {
    side <- -sign(each[[match(o, others)]]$pooled$estimate$value)
    over <- function(d) pooled(ys, g, x, "control", o, side * d, gone, level)$p - (1 - level)
    if (over(0) >= 0) next
    far <- 0.5; while (over(far) < 0) far <- far + 0.5
    at <- uniroot(over, c(0, far), tol = 1e-9)$root
    case("tipping_point", c(a, group = o), list(shift = side * at))
  }
}
n <- 60; g <- rep(c("control", "drug"), n / 2); b <- round(rnorm(n, 5, 1.5), 2)
y <- round(sapply(1:3, function(j) 0.6 * b + 1.8 * j * (g == "drug") / 2 + rnorm(n, 0, 0.8)) + rnorm(n, 0, 0.7), 2)
for (i in seq_len(n)) { l <- sample(c(0, 1, 2, 3, 3, 3, 3), 1); if (l < 3) y[i, (l + 1):3] <- NA }
run(y, g, cbind(b), c("missing_at_random", "jump_to_reference", "copy_reference", "copy_increments", "last_mean_carried_forward", "return_to_baseline"))
run(y, g, cbind(b), "jump_to_reference", shift = -0.8, level = 0.9)
run(y[, 1:2], g, cbind(b), c("missing_at_random", "jump_to_reference"), tip = "drug")
n <- 75; g <- rep(c("high", "control", "low"), n / 3); b <- cbind(round(rnorm(n), 2), round(runif(n), 2))
z <- matrix(round(b[, 1] + 1.2 * (g != "control") + rnorm(n, 0, 0.6), 2)); z[sample(n, 12)] <- NA
run(z, g, b, "missing_at_random", tip = c("high", "low"), level = 0.9)
# Each person by a strategy of her own, and a grid of shifts on the same imputations.
n <- 64; g <- rep(c("control", "drug"), n / 2); b <- round(rnorm(n, 5, 1.5), 2)
y <- round(sapply(1:3, function(j) 0.6 * b + 1.8 * j * (g == "drug") / 2 + rnorm(n, 0, 0.8)) + rnorm(n, 0, 0.7), 2)
for (i in seq_len(n)) { l <- sample(c(0, 1, 2, 3, 3, 3), 1); if (l < 3) y[i, (l + 1):3] <- NA }
own <- sample(c("missing_at_random", "jump_to_reference", "copy_increments"), n, replace = TRUE)
ys <- imputed(y, g, cbind(b), "control", own); gone <- is.na(y[, 3])
a <- list(answers = rows_of(y), groups = g, covariates = lapply(b, I), reference = "control", strategy = own, imputations = 1500, random = 11, level = 0.95)
of <- function(d) { e <- pooled(ys, g, cbind(b), "control", "drug", d, gone, 0.95); list(pooled = list(estimate = e[c("value", "low", "high")], error = e$error, test = list(p = e$p))) }
case("imputed_differences", a, list(contrasts = list(of(0))))
case("tipping_point", c(a, group = "drug", list(shifts = c(-0.5, -1, -1.5))), list(tried = lapply(c(-0.5, -1, -1.5), of)))
print_cases()
