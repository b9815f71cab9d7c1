source("cases.R")
# Rubin's rules as they are printed: 1987, equations 3.1.2 to 3.1.10; degrees of freedom of 1999, equations 3 to 5.
run <- function(q, u, nu = Inf, level = 0.95) {
  m <- length(q); within <- mean(u); between <- var(q); total <- within + between + between / m
  r <- (between + between / m) / within; many <- (m - 1) * (1 + 1 / r)^2; gamma <- (between + between / m) / total
  df <- if (is.finite(nu)) 1 / (1 / many + 1 / ((nu + 1) / (nu + 3) * nu * (1 - gamma))) else many
  half <- qt((1 + level) / 2, df) * sqrt(total)
  a <- list(estimates = q, variances = u, level = level); if (is.finite(nu)) a$complete_df <- nu
  case("pooled_estimate", a, list(estimate = list(value = mean(q), low = mean(q) - half, high = mean(q) + half), error = sqrt(total), df = df,
    test = list(p = 2 * pt(-abs(mean(q)) / sqrt(total), df), statistic = mean(q) / sqrt(total)), within = within, between = between, increase = r,
    missing_information = (r + 2 / (many + 3)) / (r + 1)))
}
set.seed(8)
run(c(1.2, 0.9, 1.5, 1.1, 1.3), c(0.2, 0.25, 0.18, 0.22, 0.21))
run(rnorm(20, -2, 0.4), rexp(20) + 0.3, 57)
run(rnorm(100, 0.3, 2), rep(1, 100), 18, 0.9)
run(c(10, 14), c(1, 2), 200)
print_cases()
