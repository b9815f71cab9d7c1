source("cases.R")
suppressPackageStartupMessages({library(nlme); library(numDeriv)})
# nlme fits; the degrees of freedom are those of Kenward and Roger (1997), worked out here over whole matrices
# of all rows: nothing is summed by patterns, and derivatives are numDeriv's.
matrices <- list(
  unstructured = function(q, k) { m <- matrix(0, k, k); m[lower.tri(m, TRUE)] <- q; m + t(m) - diag(diag(m), k) },
  heterogeneous_toeplitz = function(q, k) outer(sqrt(q[1:k]), sqrt(q[1:k])) * toeplitz(c(1, q[-(1:k)])),
  heterogeneous_autoregressive = function(q, k) outer(sqrt(q[1:k]), sqrt(q[1:k])) * toeplitz(q[k + 1]^(0:(k - 1))),
  compound_symmetry = function(q, k) q[1] * diag(k) + q[2])
from_matrix <- list(
  unstructured = function(m, k) m[lower.tri(m, TRUE)],
  heterogeneous_toeplitz = function(m, k) c(diag(m), sapply(seq_len(k - 1), function(l) mean(cov2cor(m)[abs(row(m) - col(m)) == l]))),
  heterogeneous_autoregressive = function(m, k) c(diag(m), cov2cor(m)[1, 2]),
  compound_symmetry = function(m, k) c(m[1, 1] - m[1, 2], m[1, 2]))
correlations <- list(unstructured = function() corSymm(form = ~ at | person), heterogeneous_toeplitz = function() corSymm(form = ~ at | person),
  heterogeneous_autoregressive = function() corAR1(form = ~ at | person), compound_symmetry = function() corCompSymm(form = ~ at | person))

run <- function(d, structure = "unstructured", covariates = character(), factors = character(), by_visit = TRUE, level = 0.95) {
  rownames(d) <- NULL
  d <- d[order(d$visit, as.character(d$person)), ]
  days <- sort(unique(d$visit)); k <- length(days)
  d$at <- match(d$visit, days); d$occasion <- factor(d$at)
  d$group <- factor(as.character(d$group), levels = unique(as.character(d$group)))
  d$person <- as.character(d$person)
  terms <- c(if (k > 1) "occasion * group" else "group", if (by_visit && k > 1) paste0(covariates, ":occasion", recycle0 = TRUE) else covariates, factors)
  f <- as.formula(paste("y ~", paste(terms, collapse = " + ")))
  weights <- if (structure == "compound_symmetry") NULL else varIdent(form = ~ 1 | occasion)
  g <- gls(f, d, correlation = correlations[[structure]](), weights = weights, method = "REML", control = glsControl(maxIter = 500, msMaxIter = 500, tolerance = 1e-9, msTol = 1e-10))
  x <- model.matrix(f, d); y <- d$y; n <- nrow(x); p <- ncol(x)
  apart <- outer(d$person, d$person, "==")
  whole <- function(m) m[d$at, d$at] * apart
  deviance <- function(q) {
    v <- whole(matrices[[structure]](q, k)); u <- chol(v); w <- backsolve(u, x, transpose = TRUE); z <- backsolve(u, y, transpose = TRUE)
    h <- chol(crossprod(w)); left <- z - w %*% chol2inv(h) %*% crossprod(w, z)
    2 * sum(log(diag(u))) + 2 * sum(log(diag(h))) + sum(left^2) + (n - p) * log(2 * pi)
  }
  slopes <- function(q) { j <- jacobian(function(r) as.vector(matrices[[structure]](r, k)), q); lapply(seq_along(q), function(i) whole(matrix(j[, i], k))) }
  gradient <- function(q) {
    inverse <- solve(whole(matrices[[structure]](q, k))); within <- inverse - inverse %*% x %*% solve(t(x) %*% inverse %*% x) %*% t(x) %*% inverse
    sapply(slopes(q), function(v) sum(within * v) - drop(t(y) %*% within %*% v %*% within %*% y))
  }
  bend <- function(q) { h <- jacobian(gradient, q, method.args = list(d = 0.01)); (h + t(h)) / 2 }
  # Every person's covariance by nlme, of one who was seen at all visits.
  spread <- coef(g$modelStruct$varStruct, unconstrained = FALSE, allCoef = TRUE)
  spread <- if (structure == "compound_symmetry") rep(g$sigma, k) else g$sigma * spread[as.character(seq_len(k))]
  full <- names(which(table(d$person) == k))[1]
  together <- corMatrix(g$modelStruct$corStruct)[[full]]
  order_of <- d$at[d$person == full]
  together <- together[order(order_of), order(order_of)]
  at <- q <- from_matrix[[structure]](outer(spread, spread) * together, k)
  if (structure == "heterogeneous_toeplitz") q <- optim(q, function(r) tryCatch(suppressWarnings(deviance(r)), error = function(e) 1e6), method = "BFGS", control = list(parscale = pmax(abs(q), 0.05), reltol = 1e-14, maxit = 500))$par
  for (i in 1:3) q <- q - solve(bend(q), gradient(q))
  if (structure != "heterogeneous_toeplitz") stopifnot(abs(deviance(q) + 2 * as.numeric(logLik(g))) < 1e-5, max(abs(q - at)) < 1e-3 * max(abs(q)))
  m <- matrices[[structure]](q, k)
  inverse <- solve(whole(m)); phi <- solve(t(x) %*% inverse %*% x); beta <- phi %*% t(x) %*% inverse %*% y
  if (structure != "heterogeneous_toeplitz") stopifnot(max(abs(beta - coef(g))) < 1e-3 * max(abs(beta)))
  W <- 2 * solve(bend(q))
  dv <- slopes(q)
  P <- lapply(dv, function(v) -t(x) %*% inverse %*% v %*% inverse %*% x)
  extra <- matrix(0, p, p)
  for (i in seq_along(q)) for (j in seq_along(q)) extra <- extra + W[i, j] * (t(x) %*% inverse %*% dv[[i]] %*% inverse %*% dv[[j]] %*% inverse %*% x - P[[i]] %*% phi %*% P[[j]])
  adjusted <- phi + 2 * phi %*% extra %*% phi
  one <- function(row) {
    row <- matrix(row, 1); theta <- t(row) %*% solve(row %*% phi %*% t(row)) %*% row
    A <- 0
    for (i in seq_along(q)) for (j in seq_along(q)) A <- A + W[i, j] * sum(diag(theta %*% phi %*% P[[i]] %*% phi)) * sum(diag(theta %*% phi %*% P[[j]] %*% phi))
    # The scale and degrees of freedom of their section 3 for one contrast, where A1 and A2 are one.
    B <- 7 * A / 2; G <- (2 * A - 5 * A) / (3 * A); c1 <- G / (3 + 2 * (1 - G)); c2 <- (1 - G) / (3 + 2 * (1 - G)); c3 <- (3 - G) / (3 + 2 * (1 - G))
    E <- 1 / (1 - A); V <- 2 * (1 + c1 * B) / ((1 - c2 * B)^2 * (1 - c3 * B)); rho <- V / (2 * E^2)
    df <- 4 + 3 / (rho - 1); lambda <- df / (E * (df - 2)); stopifnot(abs(lambda - 1) < 1e-8)
    value <- drop(row %*% beta); error <- sqrt(drop(row %*% adjusted %*% t(row))); half <- qt((1 + level) / 2, df) * error
    list(value = value, low = value - half, high = value + half, error = error, df = df)
  }
  # Least-squares means: covariates at their averages, factors with all levels alike.
  row_of <- function(occasion, group) {
    grid <- expand.grid(c(list(occasion = occasion, group = group), lapply(d[covariates], mean), lapply(d[factors], function(v) levels(factor(v)))), stringsAsFactors = FALSE)
    grid$occasion <- factor(grid$occasion, levels = levels(d$occasion)); grid$group <- factor(grid$group, levels = levels(d$group))
    for (name in factors) grid[[name]] <- factor(grid[[name]], levels = levels(factor(d[[name]])))
    colMeans(model.matrix(delete.response(terms(f)), grid))
  }
  for (name in factors) d[[name]] <- factor(d[[name]])
  groups <- levels(d$group); pairs <- combn(length(groups), 2, simplify = FALSE)
  mean_of <- function(row) { e <- one(row); list(mean = e[c("value", "low", "high")], error = e$error, df = e$df) }
  contrast_of <- function(row) { e <- one(row); t <- e$value / e$error; list(difference = e[c("value", "low", "high")], error = e$error, test = list(statistic = t, df = e$df, p = 2 * pt(-abs(t), e$df))) }
  average <- function(group) Reduce("+", lapply(seq_len(k), row_of, group)) / k
  per <- unlist(lapply(seq_len(k), function(a) lapply(pairs, function(w) contrast_of(row_of(a, groups[w[2]]) - row_of(a, groups[w[1]])))), FALSE)
  case("repeated_measures", list(response = d$y, groups = as.character(d$group), persons = d$person, visits = d$visit,
      covariates = lapply(covariates, function(name) I(d[[name]])), factors = lapply(factors, function(name) I(as.character(d[[name]]))),
      by_visit = by_visit, structure = structure, level = level),
    list(means = unlist(lapply(seq_len(k), function(a) lapply(groups, function(b) mean_of(row_of(a, b)))), FALSE), contrasts = per,
      overall_means = lapply(groups, function(b) mean_of(average(b))), overall_contrasts = lapply(pairs, function(w) contrast_of(average(groups[w[2]]) - average(groups[w[1]]))),
      covariance = lapply(seq_len(k), function(a) I(m[a, ])), log_likelihood = -deviance(q) / 2, n = c(n, length(unique(d$person)))))
}
o <- as.data.frame(Orthodont)
o <- data.frame(y = o$distance, person = as.character(o$Subject), visit = o$age, group = as.character(o$Sex))
some <- o[-c(4, 8, 11, 12, 23, 24, 40, 57, 70, 71, 72, 95), ]
run(o)
for (structure in names(matrices)) run(some, structure)
cw <- as.data.frame(ChickWeight)
first <- tapply(ifelse(cw$Time == 0, cw$weight, NA), as.character(cw$Chick), mean, na.rm = TRUE)
cw <- data.frame(y = cw$weight, person = as.character(cw$Chick), visit = cw$Time, group = paste("diet", cw$Diet), first = as.numeric(first[as.character(cw$Chick)]))
cw <- cw[cw$visit %in% c(4, 12, 21) & cw$group != "diet 3", ]
run(cw, covariates = "first")
run(cw, "heterogeneous_toeplitz", "first", level = 0.9)
run(cw, "compound_symmetry", "first", by_visit = FALSE)
set.seed(3)
u <- expand.grid(visit = c(1, 4, 12, 24), person = 1:45)
u$group <- c("a", "b", "c")[u$person %% 3 + 1]; u$site <- c("x", "y", "z", "y")[u$person %% 4 + 1]
u$base <- rnorm(45, 20, 6)[u$person]; u$age <- round(runif(45, 20, 60))[u$person]
u$y <- round(0.3 * u$base + rnorm(45, 0, 3)[u$person] + 0.1 * u$visit * (u$group == "b") + rnorm(180, 0, 1 + u$visit / 10), 2)
u <- u[!(u$visit > 1 & runif(180) < 0.2), ]
run(u, covariates = c("base", "age"), factors = "site")
run(u, "heterogeneous_autoregressive", "base", "site")
print_cases(c("nlme", "numDeriv"))
