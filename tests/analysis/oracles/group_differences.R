source("cases.R")
set.seed(7)
rows_of <- function(m) unname(split(m, row(m)))
tables <- list(matrix(c(33, 53, 34, 50, 44, 40), 2), matrix(c(14, 42, 30, 8, 47, 29, 11, 55, 18), 3), matrix(c(7, 2, 6, 10), 2))
for (i in 1:6) tables[[length(tables) + 1]] <- matrix(rpois(12, 7) + 1, 3)
for (m in tables) {
  f <- suppressWarnings(chisq.test(m, correct = FALSE))
  case("pearson_chi_square", list(table = rows_of(m)), list(p = f$p.value, statistic = unname(f$statistic), df = unname(f$parameter)))
}
for (i in 1:8) {
  groups <- lapply(1:(2 + i %% 3), function(k) round(rnorm(5 + 3 * k, k / 3), if (i %% 2) 0 else 2))
  f <- kruskal.test(groups)
  case("kruskal_wallis", list(groups = groups), list(p = f$p.value, statistic = unname(f$statistic), df = unname(f$parameter)))
}
for (i in 1:6) {
  a <- rnorm(12, 5, 2); b <- rnorm(9, 4, 1)
  case("standardised_difference", list(first = a, second = b), list(value = (mean(a) - mean(b)) / sqrt((var(a) + var(b)) / 2)))
}
# Two answers: Austin's formula of proportions. More: Mahalanobis' distance, which R has.
for (m in list(c(20, 40, 33, 27), c(5, 5, 9, 1), c(86, 14, 70, 30))) {
  p <- m[1] / (m[1] + m[2]); q <- m[3] / (m[3] + m[4])
  case("standardised_category_difference", list(first = m[1:2], second = m[3:4]), list(value = abs(p - q) / sqrt((p * (1 - p) + q * (1 - q)) / 2)))
}
for (i in 1:6) {
  a <- rpois(4, 9) + 1; b <- rpois(4, 9) + 1
  p <- (a / sum(a))[-4]; q <- (b / sum(b))[-4]
  s <- (diag(p) - outer(p, p) + diag(q) - outer(q, q)) / 2
  case("standardised_category_difference", list(first = a, second = b), list(value = sqrt(mahalanobis(p, q, s))))
}
print_cases()
