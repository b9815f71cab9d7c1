source("cases.R")
suppressPackageStartupMessages(library(mvtnorm))
# The looks have a joint normal distribution: bounds and chances by mvtnorm's integrals over all looks at once.
inside <- function(t, low, up, drift = 0) {
  k <- length(t); m <- drift * sqrt(t)
  if (k == 1) return(pnorm(up - m) - pnorm(low - m))
  r <- outer(t, t, function(a, b) sqrt(pmin(a, b) / pmax(a, b)))
  as.numeric(pmvnorm(low, up, mean = m, corr = r, algorithm = if (k <= 3) TVPACK(1e-14) else Miwa(steps = 1024)))
}
# TVPACK takes one-sided limits alone; a two-sided one is the sum over corners.
box <- function(t, low, up, drift = 0) {
  k <- length(t)
  if (k > 3 || k == 1) return(inside(t, pmax(low, -12), pmin(up, 12), drift))
  total <- 0
  for (code in 0:(2^k - 1)) { pick <- bitwAnd(code, 2^(0:(k - 1))) > 0; if (any(is.infinite(low[pick]))) next
    total <- total + (-1)^sum(pick) * inside(t, rep(-Inf, k), ifelse(pick, low, up), drift) }
  total
}
spend <- function(kind, t, a, g) switch(kind, obrien_fleming = 2 - 2 * pnorm(qnorm(1 - a / 2) / sqrt(t)), pocock = a * log(1 + (exp(1) - 1) * t),
  hwang_shih_decani = if (g == 0) a * t else a * (1 - exp(-g * t)) / (1 - exp(-g)), power = a * t^g)
crossed <- function(t, low, up, drift, side) sapply(seq_along(t), function(k) {
  i <- seq_len(k - 1); before <- if (k == 1) 1 else box(t[i], low[i], up[i], drift)
  if (side == "up") before - box(t[1:k], c(low[i], -Inf), c(up[i], up[k]), drift) else if (is.infinite(low[k])) 0 else box(t[1:k], c(low[i], -Inf), c(up[i], low[k]), drift)
})
bounds <- function(t, a, kind, g, sides) {
  s <- diff(c(0, spend(kind, t, a / sides, g))); up <- numeric(0)
  for (k in seq_along(t)) {
    low <- if (sides == 2) -up else rep(-Inf, k - 1); before <- if (k == 1) 1 else box(t[seq_len(k - 1)], low, up)
    up <- c(up, uniroot(function(u) before - box(t[1:k], c(low, -Inf), c(up, u)) - s[k], c(0.5, 9), tol = 1e-11)$root)
  }
  up
}
some <- function(x) lapply(x, function(v) if (is.infinite(v)) sprintf("%sInf", if (v < 0) "-" else "") else v)
designs <- list(list(c(0.25, 0.5, 0.75, 1), 0.05, "obrien_fleming", NULL, 1), list(c(0.5, 1), 0.025, "obrien_fleming", NULL, 1), list(c(1, 2, 3) / 3, 0.025, "hwang_shih_decani", -4, 1),
  list(c(0.3, 0.7, 1), 0.025, "pocock", NULL, 1), list(c(0.4, 0.6, 1), 0.05, "power", 2, 1), list(c(0.5, 0.8, 1), 0.05, "obrien_fleming", NULL, 2), list(c(0.2, 0.5, 1), 0.1, "pocock", NULL, 2), list(c(0.6, 1), 0.025, "hwang_shih_decani", 0, 1), list(1, 0.025, "pocock", NULL, 1))
for (d in designs) {
  t <- d[[1]]; up <- bounds(t, d[[2]], d[[3]], d[[4]], d[[5]])
  a <- list(times = as.list(t), level = d[[2]], spending = d[[3]], sides = d[[5]]); if (!is.null(d[[4]])) a$parameter <- d[[4]]
  case("sequential_bounds", a, list(upper = as.list(up), spent = as.list(d[[5]] * spend(d[[3]], t, d[[2]] / d[[5]], d[[4]])), nominal = as.list(d[[5]] * pnorm(-up))))
  low <- if (d[[5]] == 2) -up else rep(-Inf, length(t))
  design <- list(times = t, upper = up, lower = low, sides = d[[5]], level = d[[2]])
  for (drift in c(0, 2, 3.3)) {
    u <- crossed(t, low, up, drift, "up"); l <- crossed(t, low, up, drift, "down")
    en <- sum(t * (u + l)) + 1 - sum(u + l)
    case("sequential_power", list(design = c(lapply(design[1:3], some), design[4:5]), drift = drift), list(power = sum(u) + (if (d[[5]] == 2) sum(l) else 0), upper = as.list(u), lower = as.list(l), expected = en))
  }
  total <- function(drift) sum(crossed(t, low, up, drift, "up")) + (if (d[[5]] == 2) sum(crossed(t, low, up, drift, "down")) else 0)
  drift <- uniroot(function(x) total(x) - 0.9, c(0.5, 8), tol = 1e-10)$root
  case("sequential_size", list(design = c(lapply(design[1:3], some), design[4:5]), power = 0.9), list(drift = drift, inflation = (drift / (qnorm(1 - d[[2]] / d[[5]]) + qnorm(0.9)))^2))
}
for (d in designs[c(1, 2, 3, 4)]) for (f in list(list("hwang_shih_decani", -2), list("obrien_fleming", NULL))) {
  t <- d[[1]]; k <- length(t); up <- bounds(t, d[[2]], d[[3]], d[[4]], 1); miss <- 0.1; s <- diff(c(0, spend(f[[1]], t, miss, f[[2]])))
  lower <- function(drift) { low <- numeric(0); for (i in seq_len(k - 1)) low <- c(low, uniroot(function(l) box(t[1:i], c(low, -Inf), c(up[seq_len(i - 1)], l), drift) - s[i], c(-9, 6), tol = 1e-11)$root); low }
  reach <- function(drift) { low <- lower(drift); sum(crossed(t, c(low, -Inf), up, drift, "up")) }
  one <- qnorm(1 - d[[2]]) + qnorm(1 - miss)
  drift <- uniroot(function(x) reach(x) - 0.9, c(one * 0.99, one * 1.3), tol = 1e-9)$root
  a <- list(design = list(times = as.list(t), upper = some(up), lower = some(rep(-Inf, k)), sides = 1, level = d[[2]]), power = 0.9, spending = f[[1]]); if (!is.null(f[[2]])) a$parameter <- f[[2]]
  case("futility_bounds", a, list(drift = drift, lower = as.list(c(lower(drift), up[k]))))
}
for (z in c(-0.5, 1.2, 2.4)) for (t in c(0.3, 0.5, 0.9)) for (drift in list(NULL, 3.24)) {
  g <- if (is.null(drift)) z / sqrt(t) else drift
  # z at the end, given that of the look: a normal distribution with this mean and variance.
  a <- list(z = z, time = t, bound = 1.97); if (!is.null(drift)) a$drift <- drift
  case("conditional_power", a, list(power = pnorm(1.97, z * sqrt(t) + g * (1 - t), sqrt(1 - t), lower.tail = FALSE)))
}
print_cases("mvtnorm")
