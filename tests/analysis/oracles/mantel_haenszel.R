source("cases.R")
suppressPackageStartupMessages(library(coin))
set.seed(3)
strata_of <- function(t) lapply(1:dim(t)[3], function(k) unname(split(t[, , k], row(t[, , k]))))
shapes <- list(c(2, 2, 1), c(2, 2, 4), c(3, 2, 3), c(3, 4, 5), c(2, 3, 6))
for (shape in shapes) for (i in 1:3) {
  t <- as.table(array(rpois(prod(shape), 6) + 1, shape, list(row = 1:shape[1], column = 1:shape[2], stratum = 1:shape[3])))
  a <- list(table = strata_of(t))
  # coin: the general statistic of Landis, Heyman and Koch, by its own linear algebra.
  g <- cmh_test(t)
  case("general_association", a, list(p = as.numeric(pvalue(g)), statistic = as.numeric(statistic(g)), df = (shape[1] - 1) * (shape[2] - 1)))
  if (shape[2] > 1) {
    m <- cmh_test(t, scores = list(column = 1:shape[2]))
    case("row_mean_scores", a, list(p = as.numeric(pvalue(m)), df = shape[1] - 1))
    o <- if (shape[1] > 2) cmh_test(t, scores = list(column = 1:shape[2], row = 1:shape[1])) else m
    case("correlation_test", a, list(p = as.numeric(pvalue(o)), df = 1))
  }
  if (all(shape[1:2] == 2) && shape[3] > 1) {
    f <- mantelhaen.test(t)
    case("common_odds_ratio", a, list(value = unname(f$estimate), low = f$conf.int[1], high = f$conf.int[2]))
    # Stats' own, for two by two tables.
    u <- mantelhaen.test(t, correct = FALSE)
    case("general_association", a, list(p = u$p.value, statistic = unname(u$statistic)))
  }
}
# R's own data: admissions of six departments (datasets::UCBAdmissions).
f <- mantelhaen.test(UCBAdmissions)
case("common_odds_ratio", list(table = strata_of(UCBAdmissions)), list(value = unname(f$estimate), low = f$conf.int[1], high = f$conf.int[2]))
print_cases("coin")
