source("cases.R")
set.seed(11)
for (i in 1:5) {
  a <- round(rnorm(9, 40, 12), 1); b <- round(rnorm(14, 45, 9), 1)
  case("variance_ratio", list(first = a, second = b), list(value = unname(var.test(a, b)$statistic)))
}
people <- function(n, mean, women) list(age = round(rnorm(n, mean, 11)), sex = as.integer(runif(n) < women))
# The rule of UMIN000042298 by R's own tests, over orders that are given.
for (i in 1:9) {
  p <- people(14, 45, 0.9); q <- people(30, c(45, 53, 60)[1 + i %% 3], c(0.9, 0.7)[1 + i %% 2])
  orders <- lapply(1:8, function(k) sample(30) - 1L)
  draws <- 0; alike <- FALSE
  for (order in orders) {
    draws <- draws + 1
    chosen <- sort(order[1:12])
    age <- t.test(p$age, q$age[chosen + 1], var.equal = TRUE)$p.value
    counts <- table(factor(rep(1:2, c(14, 12))), factor(c(p$sex, q$sex[chosen + 1]), levels = 0:1))
    sex <- if (min(colSums(counts)) == 0) NA else fisher.test(counts)$p.value
    if (age >= 0.05 && (is.na(sex) || sex >= 0.05)) { alike <- TRUE; break }
  }
  case("random_controls", list(case_ages = p$age, case_sexes = p$sex, pool_ages = q$age, pool_sexes = q$sex, orders = orders, size = 12),
       list(controls = chosen, draws = draws, alike = as.integer(alike), p_age = age, p_sex = sex))
}
# Nearest: written out. Best: all ways to give the cases controls, or none, are counted.
for (i in 1:6) {
  p <- people(5, 40, 0.6); q <- people(6, 42, 0.6); caliper <- c(3, 8, 30)[1 + i %% 3]
  free <- rep(TRUE, 6); mine <- rep(NA, 5)
  for (k in 1:5) {
    best <- Inf
    for (j in 1:6) {
      d <- abs(p$age[k] - q$age[j])
      if (free[j] && p$sex[k] == q$sex[j] && d <= caliper && d < best) { best <- d; mine[k] <- j }
    }
    if (!is.na(mine[k])) free[mine[k]] <- FALSE
  }
  taken <- which(!is.na(mine))
  arguments <- list(case_ages = p$age, case_sexes = p$sex, pool_ages = q$age, pool_sexes = q$sex, caliper = caliper)
  case("nearest_controls", arguments, list(cases = I(taken - 1L), controls = I(mine[taken] - 1L), alone = I(which(is.na(mine)) - 1L),
       distance = sum(abs(p$age[taken] - q$age[mine[taken]]))))
  ways <- as.matrix(expand.grid(rep(list(0:6), 5)))
  most <- -1; least <- Inf
  for (w in seq_len(nrow(ways))) {
    way <- ways[w, ]; there <- which(way > 0); given <- way[there]
    if (anyDuplicated(given) || any(p$sex[there] != q$sex[given]) || any(abs(p$age[there] - q$age[given]) > caliper)) next
    total <- sum(abs(p$age[there] - q$age[given]))
    if (length(there) > most || (length(there) == most && total < least)) { most <- length(there); least <- total }
  }
  case("optimal_controls", arguments, list(distance = least, pairs = most))
}
print_cases()
