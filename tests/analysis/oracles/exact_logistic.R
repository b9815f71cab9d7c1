source("cases.R")
# Every way to choose who says yes is written out; those with the same sums of the other covariates are counted.
run <- function(y, x, of, level = 0.95) {
  x <- unname(as.matrix(x)); n <- length(y); tail <- (1 - level) / 2
  ways <- combn(n, sum(y))
  if (!is.matrix(ways)) ways <- matrix(ways, 1)
  sums <- function(j) colSums(matrix(x[ways, j], nrow(ways)))
  kept <- rep(TRUE, ncol(ways))
  for (j in setdiff(seq_len(ncol(x)), of)) kept <- kept & abs(sums(j) - sum(x[y == 1, j])) < 1e-9
  t <- table(round(sums(of)[kept], 9)); values <- as.numeric(names(t)); counts <- as.numeric(t); seen <- round(sum(x[y == 1, of]), 9)
  chance <- function(b) { w <- log(counts) + b * (values - seen); w <- exp(w - max(w)); w / sum(w) }
  p <- chance(0); at <- which(abs(values - seen) < 1e-6)
  solve_for <- function(f) { r <- 1; while (sign(f(-r)) == sign(f(r))) r <- r * 2; uniroot(f, c(-r, r), tol = 1e-13)$root }
  above <- function(b, x) sum(chance(b)[at:length(values)]) - x; below <- function(b, x) sum(chance(b)[1:at]) - x
  low <- if (at == 1) 0 else exp(solve_for(function(b) above(b, tail)))
  high <- if (at == length(values)) Inf else exp(solve_for(function(b) below(b, tail)))
  value <- if (at == 1) solve_for(function(b) below(b, 0.5)) else if (at == length(values)) solve_for(function(b) above(b, 0.5)) else solve_for(function(b) sum(chance(b) * values) - seen)
  case("exact_logistic", list(answers = y, covariates = lapply(seq_len(n), function(i) I(x[i, ])), of = of - 1, level = level),
    list(ratio = list(value = exp(value), low = low, high = if (is.finite(high)) high else "Inf"), test = list(p = sum(p[p <= p[at] * (1 + 1e-7)])),
      doubled = list(p = min(1, 2 * min(sum(p[1:at]), sum(p[at:length(values)])))), values = length(values)))
}
# A table of two by two by itself is Fisher's: R's own conditional odds ratio is a second witness.
y <- c(1, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1); g <- c(1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0)
f <- fisher.test(table(g, y))
run(y, cbind(g), 1)
stopifnot(abs(gathered[[1]]$expected$ratio$value / unname(f$estimate) - 1) < 1e-4, abs(gathered[[1]]$expected$test$p - f$p.value) < 1e-9, abs(gathered[[1]]$expected$ratio$low / f$conf.int[1] - 1) < 1e-4)
d <- cbind(c(0, 0, 0, 0.5, 0.5, 1, 1, 1.5, 0, 0.5, 1, 1.5, 2, 2), c(1, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 0, 1))
y <- c(0, 0, 0, 1, 0, 0, 1, 1, 0, 1, 0, 1, 1, 1)
run(y, d, 1); run(y, d, 2); run(y, d, 1, 0.9)
# Separated: all with the mark said yes.
run(c(1, 1, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0), cbind(c(1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0), c(2, 1, 3, 2, 1, 2, 3, 1, 1, 2, 2, 3)), 1)
run(c(0, 0, 0, 0, 1, 0, 1, 1, 1, 1, 0, 1), cbind(c(1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0), c(2, 1, 3, 2, 1, 2, 3, 1, 1, 2, 2, 3)), 1)
m <- mtcars[mtcars$cyl != 8, ]
run(m$am, cbind(m$vs, m$gear, m$carb), 3)
print_cases()
