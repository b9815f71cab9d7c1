source("cases.R")
set.seed(1)
rows_of <- function(m) unname(split(m, row(m)))
tables <- list(matrix(c(7, 2, 6, 10), 2), matrix(c(3, 12, 17, 8), 2), matrix(c(10, 0, 0, 20), 2), matrix(c(0, 5, 20, 16), 2),
  matrix(c(171, 112, 189, 254), 2), matrix(c(1, 1, 1, 1), 2), matrix(c(5, 0, 51, 29), 2), matrix(c(9, 5, 3, 1), 2))
for (i in 1:12) tables[[length(tables) + 1]] <- matrix(rpois(6, 6), 2)
for (i in 1:6) tables[[length(tables) + 1]] <- matrix(rpois(9, 3) + diag(3), 3)
for (i in 1:3) tables[[length(tables) + 1]] <- matrix(rpois(8, 12) + 1, 4)
for (m in tables) {
  if (any(rowSums(m) == 0) || any(colSums(m) == 0)) next
  case("fisher_test", list(table = rows_of(m)), list(p = fisher.test(m, workspace = 2e7)$p.value))
  if (all(dim(m) == 2)) for (level in c(0.90, 0.95)) {
    # fisher.test stops its root finder early (1e-4): the same sums of R's chances, solved to the end.
    k <- max(0, sum(m[, 1]) - sum(m[2, ])):min(sum(m[1, ]), sum(m[, 1]))
    weights <- dhyper(k, sum(m[1, ]), sum(m[2, ]), sum(m[, 1]), log = TRUE)
    chances <- function(l) { d <- weights + k * l; d <- exp(d - max(d)); d / sum(d) }
    root <- function(f) exp(uniroot(f, c(-40, 40), tol = 1e-13)$root)
    at <- m[1, 1]; tail <- (1 - level) / 2; f <- fisher.test(m, conf.level = level)
    low <- if (at == min(k)) 0 else root(function(l) sum(chances(l)[k >= at]) - tail)
    high <- if (at == max(k)) Inf else root(function(l) sum(chances(l)[k <= at]) - tail)
    value <- if (at == min(k)) 0 else if (at == max(k)) Inf else root(function(l) sum(k * chances(l)) - at)
    coarse <- c(unname(f$estimate), f$conf.int)
    fine <- c(value, low, high)
    stopifnot(all(is.infinite(fine) == is.infinite(coarse)), all(abs(fine - coarse)[is.finite(fine)] <= 0.01 * fine[is.finite(fine)] + 1e-3))
    shown <- lapply(list(value = value, low = low, high = high), function(x) if (is.infinite(x)) "Inf" else x)
    case("conditional_odds_ratio", list(table = rows_of(m), level = level), shown)
  }
}
print_cases()
