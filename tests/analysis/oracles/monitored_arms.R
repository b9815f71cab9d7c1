source("cases.R")
walk <- function(looks, futile, effective, p) {
  # Every path by its last look and count, one person after the other.
  at <- 1; done <- c(taken = 0, dropped = 0, expected = 0, early = 0)
  for (i in 1:looks[length(looks)]) {
    at <- c(at * (1 - p), 0) + c(0, at * p)
    k <- match(i, looks)
    if (is.na(k)) next
    x <- 0:i; down <- x <= futile[k]; up <- x >= effective[k]
    done["taken"] <- done["taken"] + sum(at[up]); done["dropped"] <- done["dropped"] + sum(at[down])
    done["expected"] <- done["expected"] + i * sum(at[up | down])
    if (k < length(looks)) done["early"] <- done["early"] + sum(at[up | down])
    at[up | down] <- 0
  }
  done
}
post <- function(x, n, target, prior) pbeta(target, prior[1] + x, prior[2] + n - x, lower.tail = FALSE)
show <- function(looks, futile, effective, shares) {
  d <- sapply(shares, function(p) walk(looks, futile, effective, p))
  list(futile = as.list(futile), effective = as.list(effective), taken = as.list(unname(d["taken", ])), dropped = as.list(unname(d["dropped", ])), expected = as.list(unname(d["expected", ])), early = as.list(unname(d["early", ])))
}
bounds <- function(looks, chance, futility, efficacy) list(
  futile = sapply(seq_along(looks), function(i) max(c(-1, which(chance[[i]] < futility) - 1))),
  effective = sapply(seq_along(looks), function(i) min(c(looks[i] + 1, which(chance[[i]] > efficacy) - 1))))
for (s in list(list(looks = c(10, 20, 30, 40), target = 0.3, futility = 0.05, efficacy = 0.95, prior = c(0.5, 0.5), final = 0.9, shares = c(0.3, 0.5)),
  list(looks = 5 * 2:10, target = 0.2, futility = 0.1, efficacy = 0.99, prior = c(1, 1), final = 0.95, shares = c(0.2, 0.3, 0.4)),
  list(looks = c(12, 25), target = 0.5, futility = 0, efficacy = 1, prior = c(2, 2), final = 0.975, shares = c(0.5, 0.8)))) {
  chance <- lapply(s$looks, function(n) post(0:n, n, s$target, s$prior))
  b <- bounds(s$looks, chance, s$futility, s$efficacy); k <- length(s$looks)
  b$effective[k] <- min(c(s$looks[k] + 1, which(chance[[k]] > s$final) - 1)); b$futile[k] <- b$effective[k] - 1
  a <- lapply(s, function(x) if (length(x) > 1) as.list(x) else x)
  case("posterior_monitoring", a, show(s$looks, b$futile, b$effective, s$shares))
  # The predictive chance by adding up, over what the rest may bring, the posterior at the end.
  n <- s$looks[k]
  chance <- lapply(s$looks, function(m) sapply(0:m, function(x) {
    y <- 0:(n - m); w <- choose(n - m, y) * beta(s$prior[1] + x + y, s$prior[2] + m - x + n - m - y) / beta(s$prior[1] + x, s$prior[2] + m - x)
    min(1, sum(w[post(x + y, n, s$target, s$prior) > s$final]))
  }))
  b2 <- bounds(s$looks, chance, s$futility / 2, s$efficacy); b2$effective[k] <- b$effective[k]; b2$futile[k] <- b$futile[k]
  a$futility <- s$futility / 2
  case("predictive_monitoring", a, show(s$looks, b2$futile, b2$effective, s$shares))
}
for (s in list(c(0, 5), c(5, 5), c(7, 20), c(0, 0), c(12, 40))) for (level in c(0.9, 0.95)) for (prior in list(c(0.5, 0.5), c(1, 1), c(0.2, 0.8))) {
  a <- prior[1] + s[1]; b <- prior[2] + s[2] - s[1]
  case("beta_posterior", list(count = s[1], n = s[2], prior = as.list(prior), level = level), list(value = a / (a + b), low = qbeta((1 - level) / 2, a, b), high = qbeta((1 + level) / 2, a, b)))
}
print_cases()
