source("cases.R")
# Every outcome; its score by R's optimiser (no cubic); the largest chance over a grid of shares, refined; the bound by halving.
score <- function(x1, n1, x2, n2, d) {
  low <- max(0, -d); high <- min(1, 1 - d)
  loss <- function(p) -(dbinom(x1, n1, min(1, max(0, p + d)), log = TRUE) + dbinom(x2, n2, p, log = TRUE))
  ends <- c(low, suppressWarnings(optimize(loss, c(low, high), tol = 1e-12))$minimum, high)
  p <- ends[which.min(sapply(ends, loss))]
  v <- (p + d) * (1 - p - d) / n1 + p * (1 - p) / n2; seen <- x1 / n1 - x2 / n2 - d
  if (abs(seen) < 1e-15) 0 else if (v <= 1e-14) sign(seen) * 1e9 else seen / sqrt(v)
}
largest <- function(x1, n1, x2, n2, d) {
  z <- outer(0:n1, 0:n2, Vectorize(function(a, b) score(a, n1, b, n2, d)))
  inside <- z >= z[x1 + 1, x2 + 1] - 1e-5
  low <- max(0, -d); high <- min(1, 1 - d)
  chance <- function(p) sum(outer(dbinom(0:n1, n1, min(1, max(0, p + d))), dbinom(0:n2, n2, p))[inside])
  grid <- seq(low, high, length.out = 81); at <- sapply(grid, chance); best <- max(at)
  for (i in which(at >= 0.97 * best)) best <- max(best, optimize(chance, c(grid[max(1, i - 1)], grid[min(81, i + 1)]), maximum = TRUE, tol = 1e-11)$objective)
  best
}
bound <- function(x1, n1, x2, n2, level) {
  tail <- (1 - level) / 2; value <- x1 / n1 - x2 / n2
  if (value <= -1) return(-1)
  f <- function(d) largest(x1, n1, x2, n2, d) - tail
  last <- -1 + 1e-9; if (f(last) > 0) return(-1)
  for (d in seq(-1, value, length.out = 24)[-1]) { if (f(d) > 0) return(uniroot(f, c(last, d), tol = 1e-10)$root); last <- d }
  value
}
for (t in list(c(4, 5, 1, 6), c(0, 5, 0, 5), c(5, 5, 0, 4), c(3, 7, 2, 4))) {
  level <- if (t[1] == 3) 0.9 else 0.95
  case("exact_difference", list(count_1 = t[1], n_1 = t[2], count_2 = t[3], n_2 = t[4], level = level),
    list(value = t[1] / t[2] - t[3] / t[4], low = bound(t[1], t[2], t[3], t[4], level), high = -bound(t[3], t[4], t[1], t[2], level)))
}
print_cases()
