source("cases.R")
suppressPackageStartupMessages(library(emmeans))
run <- function(y, group, covariates = list(), factors = list(), observed = FALSE, level = 0.95) {
  names <- unique(as.character(group))
  d <- data.frame(y = y, group = factor(group, levels = names))
  for (i in seq_along(covariates)) d[[paste0("c", i)]] <- covariates[[i]]
  for (i in seq_along(factors)) d[[paste0("f", i)]] <- factor(factors[[i]])
  f <- lm(y ~ ., data = d)
  e <- emmeans(f, "group", weights = if (observed) "proportional" else "equal", level = level)
  m <- as.data.frame(e)
  means <- setNames(lapply(seq_along(names), function(i) list(value = m$emmean[i], low = m$lower.CL[i], high = m$upper.CL[i])), names)
  p <- as.data.frame(summary(pairs(e, reverse = TRUE, adjust = "none"), infer = c(TRUE, TRUE), level = level))
  contrasts <- lapply(seq_len(nrow(p)), function(i) list(difference = list(value = p$estimate[i], low = p$lower.CL[i], high = p$upper.CL[i]),
    error = p$SE[i], test = list(statistic = p$t.ratio[i], p = p$p.value[i])))
  # emmeans lists 2-1, 3-1, 3-2; ours is 2-1, 3-1, 3-2 for three groups.
  x <- drop1(f, test = "F")
  label <- function(name) if (name == "group") "group" else paste(if (substr(name, 1, 1) == "c") "covariate" else "factor", substring(name, 2))
  terms <- setNames(lapply(rownames(x)[-1], function(name) list(statistic = x[name, "F value"], p = x[name, "Pr(>F)"])), sapply(rownames(x)[-1], label))
  case("ancova", list(response = y, groups = as.character(group), covariates = lapply(covariates, I), factors = lapply(factors, function(v) as.character(v)),
    observed = observed, level = level), list(means = means, contrasts = contrasts, terms = terms, df = f$df.residual, deviation = summary(f)$sigma))
}
w <- warpbreaks; t <- ToothGrowth; i <- iris
run(w$breaks, w$tension, factors = list(w$wool))
run(t$len, t$supp, covariates = list(t$dose))
for (observed in c(FALSE, TRUE)) run(i$Sepal.Length[1:140], i$Species[1:140], list(i$Petal.Width[1:140], i$Sepal.Width[1:140]), list(rep(c("a", "b", "b", "c", "a", "b", "b"), 20)), observed, 0.9)
run(PlantGrowth$weight, PlantGrowth$group)
trend <- function(y, dose, covariates = list(), factors = list(), level = 0.95) {
  d <- data.frame(y = y, dose = dose)
  for (i in seq_along(covariates)) d[[paste0("c", i)]] <- covariates[[i]]
  for (i in seq_along(factors)) d[[paste0("f", i)]] <- factor(factors[[i]])
  f <- lm(y ~ ., data = d); s <- summary(f)$coefficients["dose", ]; b <- confint(f, "dose", level)
  case("trend_analysis", list(response = y, doses = dose, covariates = lapply(covariates, I), factors = lapply(factors, as.character), level = level),
    list(slope = list(value = s[[1]], low = b[1], high = b[2]), error = s[[2]], test = list(statistic = s[[3]], p = s[[4]], df = f$df.residual)))
}
trend(t$len, t$dose)
trend(t$len, t$dose, factors = list(t$supp), level = 0.9)
trend(i$Sepal.Length, i$Petal.Width, list(i$Sepal.Width), list(i$Species))
print_cases("emmeans")
