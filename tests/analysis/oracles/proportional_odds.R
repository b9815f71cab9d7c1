source("cases.R")
suppressPackageStartupMessages(library(MASS)); library(numDeriv)
# MASS::polr begins; Newton's steps with numDeriv's derivatives of the likelihood, written out, add the last digits.
bend <- function(f, b) hessian(f, b, method.args = list(d = 0.01))
run <- function(y, x, level = 0.95) {
  x <- unname(as.matrix(x)); known <- sort(unique(y)); k <- length(known) - 1; q <- match(y, known); p <- ncol(x)
  loss_at <- function(cuts, line) { e <- c(-Inf, cuts, Inf); p <- plogis(e[q + 1] - line) - plogis(e[q] - line); if (all(p > 0)) -sum(log(p)) else 1e9 }
  f <- polr(factor(y) ~ x, Hess = TRUE, control = list(reltol = 1e-14, maxit = 1000))
  whole <- function(b) loss_at(b[seq_len(k)], drop(x %*% b[-seq_len(k)]))
  b <- unname(c(f$zeta, coef(f)))
  for (i in 1:3) b <- b - solve(bend(whole, b), grad(whole, b))
  stopifnot(max(abs(b - c(f$zeta, coef(f)))) < 1e-3 * max(abs(b)))
  likelihood <- -whole(b); s <- sqrt(diag(solve(bend(whole, b)))); z <- qnorm((1 + level) / 2); fall <- qchisq(level, 1) / 2
  climb <- function(loss, start) { o <- optim(start, loss, method = "BFGS", control = list(reltol = 1e-16, maxit = 2000)); r <- o$par
    for (i in 1:2) r <- r - solve(bend(loss, r), grad(loss, r)); -loss(r) }
  held <- function(j, v) climb(function(r) loss_at(r[seq_len(k)], x[, j] * v + if (p > 1) drop(x[, -j, drop = FALSE] %*% r[-seq_len(k)]) else 0), b[-(k + j)])
  each <- lapply(seq_len(p), function(j) {
    at <- b[k + j]; e <- s[k + j]
    g <- function(v) likelihood - held(j, v) - fall
    edge <- function(side) { far <- 1.5; while (g(at + side * far * e) < 0) far <- far + 0.5; uniroot(g, sort(c(at, at + side * far * e)), tol = 1e-11)$root }
    twice <- 2 * (likelihood - held(j, 0))
    list(ratio = list(value = exp(at), low = exp(at - z * e), high = exp(at + z * e)), profile = list(value = exp(at), low = exp(edge(-1)), high = exp(edge(1))),
      test = list(statistic = at / e, p = 2 * pnorm(-abs(at / e))), likelihood_ratio = list(statistic = twice, df = 1, p = pchisq(twice, 1, lower.tail = FALSE)))
  })
  alone <- sum(log((table(q) / length(q))[q])); twice <- 2 * (likelihood - alone)
  case("proportional_odds", list(answers = y, covariates = lapply(seq_along(y), function(i) I(x[i, ])), level = level), list(
    thresholds = I(b[seq_len(k)]), ratios = lapply(each, `[[`, "ratio"), profile = lapply(each, `[[`, "profile"), tests = lapply(each, `[[`, "test"),
    likelihood_ratios = lapply(each, `[[`, "likelihood_ratio"), together = list(statistic = twice, df = p, p = pchisq(twice, p, lower.tail = FALSE)),
    log_likelihood = c(likelihood, alone)))
}
h <- housing[rep(seq_len(nrow(housing)), ceiling(housing$Freq / 12)), ]
run(as.integer(h$Sat), cbind(as.integer(h$Infl), h$Type == "Tower", h$Cont == "High"))
run(mtcars$gear, mtcars["wt"], 0.9)
run(as.integer(esoph$agegp)[1:60], cbind(esoph$ncases, sqrt(esoph$ncontrols))[1:60, ])
run(mtcars$carb[mtcars$carb < 5], mtcars[mtcars$carb < 5, c("mpg", "am")])
print_cases(c("MASS", "numDeriv"))
