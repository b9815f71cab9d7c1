source("cases.R")
# Every table of two groups, its chance under a common share, and the share at which those as extreme as the seen one are likeliest.
largest <- function(extreme, n1, n2) {
  chance <- function(p) sum(outer(dbinom(0:n1, n1, p), dbinom(0:n2, n2, p))[extreme])
  grid <- seq(0, 1, length.out = 201)
  at <- sapply(grid, chance)
  best <- max(at)
  for (i in which(at >= 0.9 * best)) {
    found <- optimize(chance, c(grid[max(1, i - 1)], grid[min(201, i + 1)]), maximum = TRUE, tol = 1e-12)
    best <- max(best, found$objective)
  }
  min(1, best)
}
fisher_of <- function(n1, n2, side) outer(0:n1, 0:n2, Vectorize(function(a, b)
  fisher.test(matrix(c(a, n1 - a, b, n2 - b), 2), alternative = c(two = "two.sided", greater = "greater", less = "less")[[side]])$p.value))
score_of <- function(n1, n2) outer(0:n1, 0:n2, Vectorize(function(a, b) {
  p <- (a + b) / (n1 + n2)
  if (p == 0 || p == 1) 0 else (a / n1 - b / n2) / sqrt(p * (1 - p) * (1 / n1 + 1 / n2))
}))
near <- 1e-9
for (t in list(c(7, 13, 2, 12), c(9, 12, 5, 6), c(3, 20, 12, 20), c(0, 10, 6, 9), c(5, 5, 0, 4), c(1, 1, 0, 1), c(8, 15, 2, 17))) {
  for (side in c("two", "greater", "less")) {
    a <- list(count_1 = t[1], n_1 = t[2], count_2 = t[3], n_2 = t[4], side = side)
    fisher <- fisher_of(t[2], t[4], side)
    case("boschloo_test", a, list(p = largest(fisher <= fisher[t[1] + 1, t[3] + 1] * (1 + near), t[2], t[4])))
    z <- score_of(t[2], t[4])
    s <- switch(side, two = abs(z), greater = z, less = -z)
    case("barnard_test", a, list(p = largest(s >= s[t[1] + 1, t[3] + 1] - near, t[2], t[4]), statistic = z[t[1] + 1, t[3] + 1]))
    k <- max(0, t[1] + t[3] - t[4]):min(t[2], t[1] + t[3])
    d <- dhyper(k, t[2], t[4], t[1] + t[3]); seen <- d[k == t[1]]
    mid <- switch(side, two = sum(d[d < seen * (1 - 1e-7)]) + sum(d[abs(d - seen) <= seen * 1e-7]) / 2,
      greater = sum(d[k > t[1]]) + seen / 2, less = sum(d[k < t[1]]) + seen / 2)
    case("fisher_mid_p", a, list(p = mid))
  }
}
print_cases()
