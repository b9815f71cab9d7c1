source("cases.R")
for (s in list(c(0.5, 0.05, 2, 1), c(0.65, 0.025, 1, 1), c(1.5, 0.05, 2, 2))) {
  z <- qnorm(1 - s[2] / s[3]); share <- s[4] / (1 + s[4])^2; a <- list(level = s[2], sides = s[3], ratio = s[4])
  d <- (z + qnorm(0.8))^2 / (share * log(s[1])^2)
  case("hazard_design", c(a, ratio_of_hazards = s[1], power = 0.8, event_share = 0.4), list(exact = d, events = ceiling(d), n_1 = ceiling(ceiling(d) / 0.4 / (1 + s[4]))))
  case("hazard_design", c(a, ratio_of_hazards = s[1], power = 0.8, explained = 0.2), list(exact = d / 0.8))
  case("hazard_design", c(a, ratio_of_hazards = s[1], events = 90), list(power = pnorm(sqrt(90 * share) * abs(log(s[1])) - z)))
  case("hazard_design", c(a, events = 90, power = 0.9), list(effect = exp(-(z + qnorm(0.9)) / sqrt(90 * share))))
}
for (s in list(c(0.1, 12, 6, 0), c(0.05, 24, 12, 0.01), c(0.2, 0, 12, 0.03))) {
  # Every entry time seen to the end, by R's integral.
  seen <- function(time) s[1] / (s[1] + s[4]) * (1 - exp(-(s[1] + s[4]) * time))
  share <- if (s[2] == 0) seen(s[3]) else integrate(function(u) seen(s[2] + s[3] - u), 0, s[2], rel.tol = 1e-12)$value / s[2]
  case("event_share", list(hazard = s[1], accrual = s[2], follow_up = s[3], lost = s[4]), list(value = share))
}
print_cases()
