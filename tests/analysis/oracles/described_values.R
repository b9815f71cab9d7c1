source("cases.R")
told <- function(x, level) {
  t <- t.test(x, conf.level = level); q <- unname(quantile(x, c(0.25, 0.5, 0.75), type = 2))
  list(n = length(x), mean = list(value = mean(x), low = t$conf.int[1], high = t$conf.int[2]), deviation = sd(x), error = sd(x) / sqrt(length(x)), quartiles = q, extremes = range(x))
}
sets <- list(women$height, precip, rivers[1:12], c(2, 9), airquality$Wind[1:29], c(-1.5, 0, 0, 4, 4, 4, 7))
for (x in sets) for (level in c(0.9, 0.95)) case("description", list(values = unname(x), level = level), told(x, level))
for (x in sets) for (m in c(0, mean(x) + 0.3)) {
  t <- t.test(x, mu = m)
  case("mean_test", list(values = unname(x), against = m), list(p = t$p.value, statistic = unname(t$statistic), df = unname(t$parameter)))
}
pairs <- list(list(sleep$extra[1:10], sleep$extra[11:20]), list(anorexia <- MASS::anorexia$Prewt, MASS::anorexia$Postwt), list(c(1, NA, 3, 4, NA, 8), c(2, 5, NA, 7, NA, 3)))
for (p in pairs) for (level in c(0.95, 0.8)) {
  b <- p[[1]]; a <- p[[2]]; both <- !is.na(a) & !is.na(b); t <- t.test(a[both], b[both], paired = TRUE)
  gap <- function(v) lapply(v, function(x) if (is.na(x)) NULL else x)
  case("change_within", list(before = gap(b), after = gap(a), level = level), list(before = told(b[both], level), after = told(a[both], level), change = told(a[both] - b[both], level),
    test = list(p = t$p.value, statistic = unname(t$statistic), df = unname(t$parameter)), missing = sum(!both)))
}
groups <- list(list(sleep$extra[1:10], sleep$extra[11:20]), list(mtcars$mpg[mtcars$am == 1], mtcars$mpg[mtcars$am == 0]), list(c(1, 2, 5), c(2, 8)))
for (g in groups) for (equal in c(TRUE, FALSE)) {
  t <- t.test(g[[1]], g[[2]], var.equal = equal, conf.level = 0.9)
  case("mean_difference", list(first = g[[1]], second = g[[2]], equal = equal, level = 0.9), list(value = mean(g[[1]]) - mean(g[[2]]), low = t$conf.int[1], high = t$conf.int[2]))
  case("mean_difference_test", list(first = g[[1]], second = g[[2]], equal = equal), list(p = t$p.value, statistic = unname(t$statistic), df = unname(t$parameter)))
}
print_cases("MASS")
