source("cases.R")
set.seed(2)
# The quadrants by R's cut and table; right-closed for bilirubin (above 2), left-closed for the transaminase (from 3).
names_of <- c("Hy's law range", "both raised, with cholestasis", "transaminase alone", "bilirubin alone", "neither", "not assessable")
for (i in 1:4) {
  alt <- round(exp(rnorm(60, 0.6, 0.9)), 1); tbl <- round(exp(rnorm(60, 0.2, 0.8)), 1); alp <- round(exp(rnorm(60, 0, 0.6)), 1)
  alt[1:4] <- c(3, 2.9, 3, 8); tbl[1:4] <- c(2.1, 5, 2, 2.1); alp[1:4] <- c(1.9, 1, 1, 2)
  a <- cut(alt, c(-Inf, 3, Inf), right = FALSE, labels = c("low", "high")); b <- cut(tbl, c(-Inf, 2, Inf), labels = c("low", "high")); c <- cut(alp, c(-Inf, 2, Inf), right = FALSE, labels = c("low", "high"))
  t <- table(a, b, if (i %% 2) c else factor(rep("low", 60), c("low", "high")))
  counts <- list(t["high", "high", "low"], t["high", "high", "high"], sum(t["high", "low", ]), sum(t["low", "high", ]), sum(t["low", "low", ]), 0)
  names(counts) <- names_of
  arguments <- list(transaminase = alt, bilirubin = tbl); if (i %% 2) arguments$phosphatase <- alp
  case("liver_quadrants", arguments, list(counts = counts))
}
print_cases()
