source("cases.R")
sets <- list(c(-2, -4, -6, -3, -5, 0), c(0.001, 0.0012, 0.0009), c(1e6, 1e6 + 1, 1e6 + 3, 1e6 - 2), c(5, -5), rnorm(50))
set.seed(1)
sets[[5]] <- round(rnorm(50, 3, 2), 3)
for (x in sets) for (level in c(0.90, 0.95)) {
  t <- t.test(x, conf.level = level)
  case("mean_interval", list(values = x, level = level),
    list(value = unname(t$estimate), low = t$conf.int[1], high = t$conf.int[2]))
}
print_cases()
