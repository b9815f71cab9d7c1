source("cases.R")
library(numDeriv)
# R's own fit, and profile bounds where its deviance, with one coefficient in the offset, has risen as far as the level says.
control <- glm.control(epsilon = 1e-15, maxit = 200)
fit_of <- function(y, x, offset = rep(0, length(y)), weights = rep(1, length(y)))
  suppressWarnings(glm(y ~ x, family = binomial, offset = offset, weights = weights, control = control))
plain <- function(y, x, offset = rep(0, length(y)), whole = x) {
  f <- if (ncol(x)) fit_of(y, x, offset) else glm(y ~ 1, family = binomial, offset = offset, control = control)
  list(beta = unname(coef(f)), covariance = unname(vcov(f)), likelihood = as.numeric(logLik(f)))
}
# Firth's: the penalised likelihood as it is written, climbed by R's optimiser, then by Newton's steps with numDeriv's derivatives.
firth <- function(y, x, offset = rep(0, length(y)), whole = x) {
  design <- cbind(1, whole); own <- cbind(1, x); scale <- c(1, apply(x, 2, sd))
  information <- function(b) { p <- plogis(drop(own %*% b) + offset); t(design) %*% (design * (p * (1 - p))) }
  loss <- function(b) -sum(plogis((2 * y - 1) * (drop(own %*% b) + offset), log.p = TRUE)) - as.numeric(determinant(information(b))$modulus) / 2
  found <- optim(rep(0, ncol(own)), function(b) loss(b / scale), method = "BFGS", control = list(reltol = 1e-15, maxit = 1000))
  b <- found$par / scale
  for (step in 1:3) b <- b - solve(hessian(loss, b), grad(loss, b))
  list(beta = b, covariance = solve(information(b)), likelihood = -loss(b))
}
run <- function(y, x, level = 0.95, methods = c("logistic_regression", "firth_regression")) {
  x <- unname(as.matrix(x)); z <- qnorm((1 + level) / 2); fall <- qchisq(level, 1) / 2
  for (method in methods) {
    by <- if (method == "logistic_regression") plain else firth
    f <- by(y, x); s <- sqrt(diag(f$covariance))
    none <- by(y, x[, 0, drop = FALSE], whole = x)
    each <- lapply(seq_len(ncol(x)), function(j) {
      held <- function(b) by(y, x[, -j, drop = FALSE], b * x[, j], x)$likelihood
      g <- function(b) f$likelihood - held(b) - fall
      b <- f$beta[j + 1]; e <- s[j + 1]
      edge <- function(side) { far <- 1; while (g(b + side * far * e) < 0) far <- far + 0.5; uniroot(g, sort(c(b, b + side * far * e)), tol = 1e-11)$root }
      twice <- 2 * (f$likelihood - held(0))
      list(ratio = list(value = exp(b), low = exp(b - z * e), high = exp(b + z * e)),
        profile = list(value = exp(b), low = exp(edge(-1)), high = exp(edge(1))),
        test = list(statistic = b / e, p = 2 * pnorm(-abs(b / e))),
        likelihood_ratio = list(statistic = twice, df = 1, p = pchisq(twice, 1, lower.tail = FALSE)))
    })
    twice <- 2 * (f$likelihood - none$likelihood)
    case(method, list(answers = y, covariates = lapply(seq_along(y), function(i) I(x[i, ])), level = level), list(
      intercept = list(value = f$beta[1], low = f$beta[1] - z * s[1], high = f$beta[1] + z * s[1]),
      ratios = lapply(each, `[[`, "ratio"), profile = lapply(each, `[[`, "profile"), tests = lapply(each, `[[`, "test"),
      likelihood_ratios = lapply(each, `[[`, "likelihood_ratio"),
      together = list(statistic = twice, df = ncol(x), p = pchisq(twice, ncol(x), lower.tail = FALSE)),
      log_likelihood = c(f$likelihood, none$likelihood)))
  }
}
run(mtcars$am, mtcars["wt"])
run(mtcars$vs, mtcars[c("mpg", "gear")], 0.9)
i <- infert[seq(1, 248, 3), ]
run(i$case, i[c("spontaneous", "induced", "age")])
b <- MASS::birthwt[seq(1, 189, 2), ]
run(b$low, b[c("lwt", "smoke", "ht")])
# Separated, where only the penalised likelihood has a maximum: wholly, and all but one covariate.
run(c(0, 0, 0, 0, 1, 1, 1), cbind(c(1, 2, 3, 4, 5, 6, 7)), methods = "firth_regression")
run(c(0, 0, 1, 0, 1, 1, 1, 1, 0, 0, 1, 0), cbind(c(0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 0), c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8)), methods = "firth_regression")
print_cases(c("MASS", "numDeriv"))
