source("cases.R")
set.seed(9)
# The error of a coefficient by the delta method: its slope in each cell, found by small steps, under the multinomial distribution.
delta <- function(f, n) {
  p <- n / sum(n); h <- 1e-5
  slope <- sapply(seq_along(p), function(i) { up <- down <- p; up[i] <- up[i] + h; down[i] <- down[i] - h; (f(up) - f(down)) / (2 * h) })
  sqrt((sum(p * slope^2) - sum(p * slope)^2) / sum(n))
}
weights_of <- function(kind, q) { far <- abs(outer(1:q, 1:q, "-")) / (q - 1); switch(kind, none = 1 * (far == 0), linear = 1 - far, quadratic = 1 - far^2) }
kappa_of <- function(w) function(p) { p <- matrix(p, nrow(w)); s <- sum(p); e <- sum(w * outer(rowSums(p), colSums(p))) / s^2; (sum(w * p) / s - e) / (1 - e) }
# AC as a function of shares that sum to 1 (Gwet treats them so): chance is not divided by their sum.
gwet_of <- function(w) function(p) { q <- nrow(w); p <- matrix(p, q); m <- (rowSums(p) + colSums(p)) / 2; e <- sum(w) / (q * (q - 1)) * sum(m * (1 - m)); (sum(w * p) - e) / (1 - e) }
rows_of <- function(m) unname(split(m, row(m)))
tables <- list(matrix(c(13, 0, 0, 0, 20, 4, 0, 7, 56), 3), matrix(c(20, 10, 5, 15), 2), matrix(c(9, 0, 0, 3), 2) + matrix(c(0, 1, 2, 0), 2),
  matrix(c(22, 5, 0, 0, 2, 7, 2, 1, 2, 14, 36, 14, 0, 0, 0, 10), 4), matrix(c(118, 5, 2, 0), 2), matrix(rpois(25, 4), 5), matrix(rpois(9, 9) + diag(3) * 20, 3))
for (n in tables) for (kind in c("none", "linear", "quadratic")) for (level in c(0.9, 0.95)) {
  w <- weights_of(kind, nrow(n)); a <- list(table = rows_of(n), weights = kind, level = level)
  for (name in c("kappa", "gwet_agreement")) {
    f <- (if (name == "kappa") kappa_of else gwet_of)(w)
    value <- f(n / sum(n)); z <- if (name == "kappa") qnorm((1 + level) / 2) else qt((1 + level) / 2, sum(n) - 1)
    half <- z * delta(f, n)
    case(name, a, list(value = value, low = max(-1, value - half), high = min(1, value + half)))
  }
}
print_cases()
