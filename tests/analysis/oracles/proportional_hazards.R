source("cases.R")
suppressPackageStartupMessages(library(survival))
run <- function(time, status, x, strata = NULL, level = 0.95) {
  x <- as.matrix(x); rownames(x) <- NULL
  control <- coxph.control(eps = 1e-14, iter.max = 60)
  f <- if (is.null(strata)) coxph(Surv(time, status) ~ x, control = control) else coxph(Surv(time, status) ~ x + strata(strata), control = control)
  b <- unname(coef(f)); s <- sqrt(diag(as.matrix(vcov(f)))); z <- qnorm((1 + level) / 2)
  a <- list(times = time, events = status, covariates = unname(split(x, row(x))), level = level)
  a$covariates <- lapply(a$covariates, I)
  if (!is.null(strata)) a$strata <- as.character(strata)
  case("cox_model", a, list(ratios = lapply(seq_along(b), function(i) list(value = exp(b[i]), low = exp(b[i] - z * s[i]), high = exp(b[i] + z * s[i]))),
    tests = lapply(seq_along(b), function(i) list(statistic = b[i] / s[i], p = 2 * pnorm(-abs(b[i] / s[i])))),
    log_likelihood = rev(f$loglik)))
}
run(aml$time, aml$status, as.numeric(aml$x == "Maintained"))
run(veteran$time, veteran$status, veteran[c("trt", "karno", "age")])
run(veteran$time, veteran$status, veteran[c("trt", "karno")], veteran$celltype, level = 0.9)
run(ovarian$futime, ovarian$fustat, ovarian[c("age", "rx")])
run(ovarian$futime, ovarian$fustat, ovarian[c("age", "rx")], ovarian$ecog.ps)
print_cases("survival")
