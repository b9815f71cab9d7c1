source("cases.R")
# Every outcome is tested by R's own tests (or by the search of unconditional_tests.R) and weighed by its binomial chance.
largest <- function(extreme, n1, n2) {
  chance <- function(p) sum(outer(dbinom(0:n1, n1, p), dbinom(0:n2, n2, p))[extreme])
  grid <- seq(0, 1, length.out = 121)
  at <- sapply(grid, chance)
  best <- max(at)
  for (i in which(at >= 0.95 * best)) best <- max(best, optimize(chance, c(grid[max(1, i - 1)], grid[min(121, i + 1)]), maximum = TRUE, tol = 1e-12)$objective)
  best
}
every <- function(n1, n2, f) outer(0:n1, 0:n2, Vectorize(f))
p_of <- function(n1, n2, test, side) {
  alternative <- c(two = "two.sided", greater = "greater", less = "less")[[side]]
  if (test == "fisher") return(every(n1, n2, function(a, b) fisher.test(matrix(c(a, n1 - a, b, n2 - b), 2), alternative = alternative)$p.value))
  if (test == "fisher_mid_p") return(every(n1, n2, function(a, b) {
    k <- max(0, a + b - n2):min(n1, a + b); d <- dhyper(k, n1, n2, a + b); seen <- d[k == a]
    switch(side, two = sum(d[d < seen * (1 - 1e-7)]) + sum(d[abs(d - seen) <= seen * 1e-7]) / 2, greater = sum(d[k > a]) + seen / 2, less = sum(d[k < a]) + seen / 2)
  }))
  if (test %in% c("chi_square", "miettinen_nurminen")) return(every(n1, n2, function(a, b) {
    if (a + b == 0 || a + b == n1 + n2) return(if (side == "two") 1 else 0.5)
    z <- sign(a / n1 - b / n2) * sqrt(suppressWarnings(unname(prop.test(c(a, b), c(n1, n2), correct = FALSE)$statistic)))
    if (test == "miettinen_nurminen") z <- z * sqrt((n1 + n2 - 1) / (n1 + n2))
    switch(side, two = 2 * pnorm(-abs(z)), greater = pnorm(-z), less = pnorm(z))
  }))
  order <- if (test == "boschloo") log(p_of(n1, n2, "fisher", side)) else every(n1, n2, function(a, b) {
    p <- (a + b) / (n1 + n2); z <- if (p == 0 || p == 1) 0 else (a / n1 - b / n2) / sqrt(p * (1 - p) * (1 / n1 + 1 / n2))
    switch(side, two = -abs(z), greater = -z, less = z)
  })
  values <- unique(round(sort(order), 9)); found <- array(1, dim(order))
  for (v in values) { p <- largest(order <= v + 1e-8, n1, n2); found[abs(order - v) < 1e-8] <- p; if (p > 0.2) break }
  found
}
power_of <- function(rejects, n1, n2, p1, p2) sum(outer(dbinom(0:n1, n1, p1), dbinom(0:n2, n2, p2))[rejects])
tests <- c("fisher", "fisher_mid_p", "boschloo", "barnard", "chi_square", "miettinen_nurminen")
for (n in list(c(10, 10), c(7, 11))) for (test in tests) for (side in c("two", "greater")) {
  p <- p_of(n[1], n[2], test, side)
  for (level in c(0.05, 0.1)) {
    rejects <- p <= level * (1 + 1e-9)
    case("two_arm_power", list(n_1 = n[1], n_2 = n[2], share_1 = 0.8, share_2 = 0.3, test = test, side = side, level = level),
      list(power = power_of(rejects, n[1], n[2], 0.8, 0.3), size = largest(rejects, n[1], n[2])))
  }
}
for (n in list(c(12, 12), c(9, 14), c(16, 16))) {
  rejects <- p_of(n[1], n[2], "fisher", "two") <= 0.05
  share <- uniroot(function(s) power_of(rejects, n[1], n[2], s, 0.2) - 0.8, c(0.2, 1), tol = 1e-14)$root
  case("detectable_difference", list(n_1 = n[1], n_2 = n[2], share_2 = 0.2), list(expected_difference = share - 0.2, power = 0.8))
}
for (s in list(c(0.9, 0.3, 0.8), c(0.8, 0.2, 0.9), c(0.7, 0.1, 0.8))) {
  n <- 5
  repeat { power <- power_of(p_of(n, n, "fisher", "two") <= 0.05, n, n, s[1], s[2]); if (power >= s[3]) break; n <- n + 1 }
  case("two_arm_sample_size", list(share_1 = s[1], share_2 = s[2], power = s[3]), list(n_1 = n, n_2 = n, power = power))
}
# Against a difference: the score's likeliest shares by R's optimiser, the size over a grid of shares, refined.
score <- function(x1, n1, x2, n2, d) {
  low <- max(0, -d); high <- min(1, 1 - d)
  loss <- function(p) -(dbinom(x1, n1, min(1, max(0, p + d)), log = TRUE) + dbinom(x2, n2, p, log = TRUE))
  ends <- c(low, suppressWarnings(optimize(loss, c(low, high), tol = 1e-13))$minimum, high)
  p <- ends[which.min(sapply(ends, loss))]; v <- ((p + d) * (1 - p - d) / n1 + p * (1 - p) / n2) * (n1 + n2) / (n1 + n2 - 1); seen <- x1 / n1 - x2 / n2 - d
  if (abs(seen) < 1e-15) 0 else if (v <= 1e-14) sign(seen) * 1e9 else seen / sqrt(v)
}
for (s in list(list(20, 20, -0.2, "greater", 0.05, 0.7), list(12, 18, 0.15, "less", 0.05, 0.4), list(15, 11, -0.1, "two", 0.1, 0.8))) {
  n1 <- s[[1]]; n2 <- s[[2]]; d <- s[[3]]; z <- every(n1, n2, function(a, b) score(a, n1, b, n2, d))
  rejects <- switch(s[[4]], greater = z >= qnorm(1 - s[[5]]), less = -z >= qnorm(1 - s[[5]]), two = abs(z) >= qnorm(1 - s[[5]] / 2))
  chance <- function(p) power_of(rejects, n1, n2, min(1, max(0, p + d)), p)
  grid <- seq(max(0, -d), min(1, 1 - d), length.out = 201); at <- sapply(grid, chance); size <- max(at)
  for (i in which(at >= 0.95 * size)) size <- max(size, optimize(chance, c(grid[max(1, i - 1)], grid[min(201, i + 1)]), maximum = TRUE, tol = 1e-12)$objective)
  case("two_arm_power", list(n_1 = n1, n_2 = n2, share_1 = s[[6]], share_2 = s[[6]], test = "miettinen_nurminen", side = s[[4]], level = s[[5]], difference = d),
    list(power = power_of(rejects, n1, n2, s[[6]], s[[6]]), size = size))
}
print_cases()
