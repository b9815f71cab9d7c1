source("cases.R")
score <- function(x1, t1, x2, t2, d) {
  # The likeliest rates that differ by d, by R's optimiser.
  low <- max(0, -d) + 1e-14; high <- (x1 + x2 + 20) / min(t1, t2) + abs(d)
  loss <- function(r) -(dpois(x1, (r + d) * t1, log = TRUE) + dpois(x2, r * t2, log = TRUE))
  if (d == 0) r <- (x1 + x2) / (t1 + t2) else {
    r <- optimize(loss, c(low, high), tol = 1e-15)$minimum
    step <- function(r) x1 / (r + d) + x2 / r - t1 - t2
    if (x2 > 0 && x1 > 0) r <- uniroot(step, c(low * (1 + 1e-9) + 1e-12, high), tol = 1e-16)$root
    else { ends <- c(low, r); if (x2 == 0) { a <- x1 / (t1 + t2) - d; r <- max(a, low) } else { a <- x2 / (t1 + t2); r <- max(a, low) } }
  }
  (x1 / t1 - x2 / t2 - d) / sqrt((r + d) / t1 + r / t2)
}
for (t in list(c(11, 800, 3, 1083.3), c(10, 100, 12, 90), c(0, 50, 4, 60), c(5, 40, 0, 45), c(1, 12.5, 2, 7.25), c(160, 2030.4, 121, 1985.7))) for (level in c(0.9, 0.95)) {
  one <- poisson.test(t[1], t[2], conf.level = level)
  case("event_rate", list(events = t[1], time = t[2], level = level, per = 100), list(value = 100 * unname(one$estimate), low = 100 * one$conf.int[1], high = 100 * one$conf.int[2]))
  a <- list(events_1 = t[1], time_1 = t[2], events_2 = t[3], time_2 = t[4])
  two <- poisson.test(t[c(1, 3)], t[c(2, 4)], conf.level = level)
  case("rate_ratio", c(a, level = level), lapply(list(value = unname(two$estimate), low = two$conf.int[1], high = two$conf.int[2]), function(x) if (is.infinite(x)) "Inf" else x))
  tails <- sapply(c("less", "greater"), function(side) poisson.test(t[c(1, 3)], t[c(2, 4)], alternative = side)$p.value)
  case("rate_test", a, list(p = min(1, 2 * min(tails))))
  seen <- t[1] / t[2] - t[3] / t[4]; z <- qnorm((1 + level) / 2); wide <- 8 * sqrt((t[1] + 4) / t[2]^2 + (t[3] + 4) / t[4]^2)
  low <- uniroot(function(d) score(t[1], t[2], t[3], t[4], d) - z, c(seen - wide, seen - 1e-9), tol = 1e-13)$root
  high <- uniroot(function(d) score(t[1], t[2], t[3], t[4], d) + z, c(seen + 1e-9, seen + wide), tol = 1e-13)$root
  case("rate_difference", c(a, level = level), list(value = seen, low = low, high = high))
  s <- score(t[1], t[2], t[3], t[4], 0)
  case("rate_score_test", a, list(statistic = s, p = 2 * pnorm(-abs(s))))
}
print_cases()
