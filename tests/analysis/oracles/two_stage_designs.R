source("cases.R")
# By all pairs of counts of the two stages: no sums, no bounds on what is searched but the persons.
taken <- function(r1, n1, r, n, p) { g <- expand.grid(a = 0:n1, b = 0:(n - n1)); sum(dbinom(g$a, n1, p)[g$a > r1 & g$a + g$b > r] * dbinom(g$b, n - n1, p)[g$a > r1 & g$a + g$b > r]) }
search <- function(p0, p1, level, power, kind, most) {
  best <- NULL
  for (n in 2:most) for (n1 in 1:(n - 1)) {
    a <- 0:n1
    for (r1 in 0:(n1 - 1)) {
      if (pbinom(r1, n1, p1) > 1 - power) break
      en <- n - pbinom(r1, n1, p0) * (n - n1)
      if (!is.null(best) && (if (kind == "optimal") en >= best$expected else n > best$n || en >= best$expected)) next
      on <- a[a > r1]
      for (r in r1:(n - 1)) {
        size <- sum(dbinom(on, n1, p0) * pbinom(r - on, n - n1, p0, lower.tail = FALSE))
        if (size > level) next
        reached <- sum(dbinom(on, n1, p1) * pbinom(r - on, n - n1, p1, lower.tail = FALSE))
        if (reached >= power) best <- list(r_1 = r1, n_1 = n1, r = r, n = n, size = size, power = reached, expected = en, early = pbinom(r1, n1, p0))
        break
      }
    }
  }
  best
}
for (s in list(c(0.2, 0.4, 0.1, 0.9, 40), c(0.05, 0.25, 0.05, 0.8, 30), c(0.3, 0.6, 0.05, 0.8, 25), c(0.7, 0.9, 0.1, 0.9, 32))) for (kind in c("optimal", "minimax"))
  case("simon_design", list(poor = s[1], good = s[2], level = s[3], power = s[4], kind = kind, most = s[5]), search(s[1], s[2], s[3], s[4], kind, s[5]))
for (d in list(c(3, 17, 10, 37), c(0, 9, 2, 24), c(4, 18, 10, 33), c(7, 8, 20, 21))) {
  for (p in list(c(0.2, 0.4), c(0.1, 0.35))) case("two_stage_power", list(r_1 = d[1], n_1 = d[2], r = d[3], n = d[4], poor = p[1], good = p[2]),
    list(size = taken(d[1], d[2], d[3], d[4], p[1]), power = taken(d[1], d[2], d[3], d[4], p[2]), early = pbinom(d[1], d[2], p[1]), expected = d[4] - pbinom(d[1], d[2], p[1]) * (d[4] - d[2])))
  r1 <- d[1]; n1 <- d[2]; n <- d[4]
  g <- expand.grid(a = 0:n1, b = 0:(n - n1))
  # An outcome: early sums first, then late ones.
  place <- ifelse(g$a <= r1, g$a, g$a + g$b + 1000)
  at_least <- function(o, p) sum((dbinom(g$a, n1, p) * dbinom(g$b, n - n1, p))[place >= o])
  for (s in unique(c(0, r1, r1 + 1, r1 + 3, d[3] + 1, n - 1, n))) for (stopped in c(TRUE, FALSE)) {
    if (stopped && s > r1 || !stopped && s <= r1 || s > n) next
    o <- if (stopped) s else s + 1000
    a <- list(count = s, r_1 = r1, n_1 = n1, n = n, stopped = stopped)
    # Of all orders in which s persons of n answer and the trial goes on, the share in which the first one does.
    x <- 0:n1; x <- x[x > r1 & s - x >= 0 & s - x <= n - n1]
    value <- if (stopped) s / n1 else sum(choose(n1 - 1, x - 1) * choose(n - n1, s - x)) / sum(choose(n1, x) * choose(n - n1, s - x))
    root <- function(f) uniroot(f, c(0, 1), tol = 1e-14)$root
    for (level in c(0.9, 0.95)) {
      tail <- (1 - level) / 2
      low <- if (stopped && s == 0) 0 else root(function(p) at_least(o, p) - tail)
      high <- if (!stopped && s == n) 1 else root(function(p) 1 - at_least(o + 0.5, p) - tail)
      case("two_stage_estimate", c(a, level = level), list(value = value, low = low, high = high))
    }
    for (p in c(0.1, 0.2, 0.5)) case("two_stage_test", c(a, against = p), list(p = at_least(o, p)))
  }
}
print_cases()
