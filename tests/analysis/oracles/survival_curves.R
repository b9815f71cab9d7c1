source("cases.R")
suppressPackageStartupMessages(library(survival))
plain <- function(x) lapply(x, function(v) if (is.na(v)) "NaN" else v)
sets <- list(aml = aml[c("time", "status")], veteran = data.frame(time = veteran$time, status = veteran$status),
  ovarian = data.frame(time = ovarian$futime, status = ovarian$fustat),
  few = data.frame(time = c(1, 2, 2, 3, 5), status = c(1, 1, 0, 0, 1)), none = data.frame(time = c(3, 4), status = c(0, 0)))
for (set in sets) for (level in c(0.9, 0.95)) {
  f <- survfit(Surv(time, status) ~ 1, data = set, conf.type = "log-log", conf.int = level)
  low <- ifelse(f$surv == 0, NA, f$lower); high <- ifelse(f$surv == 0, NA, f$upper)
  case("kaplan_meier", list(times = set$time, events = set$status, level = level), list(
    times = I(f$time), at_risk = I(f$n.risk), events = I(f$n.event), value = I(f$surv),
    low = I(plain(ifelse(f$surv == 1, 1, low))), high = I(plain(ifelse(f$surv == 1, 1, high)))))
  if (sum(set$status) > 1) for (share in c(0.4, 0.7)) {
    until <- share * max(set$time)
    m <- summary(f, rmean = until)$table
    z <- qnorm((1 + level) / 2)
    case("restricted_mean", list(times = set$time, events = set$status, until = until, level = level),
      list(value = m[["rmean"]], low = m[["rmean"]] - z * m[["se(rmean)"]], high = m[["rmean"]] + z * m[["se(rmean)"]]))
  }
}
print_cases("survival")
