source("cases.R")
set.seed(12)
# Coefficients as functions of means over persons; their errors by the delta method with slopes found by small steps.
of <- function(r, kind, level) {
  k <- sort(unique(r[!is.na(r)])); r <- r[rowSums(!is.na(r)) > 0, ]; m <- rowSums(!is.na(r)); n <- nrow(r)
  counts <- sapply(k, function(a) rowSums(r == a, na.rm = TRUE)); two <- m >= 2; w <- n / sum(two)
  agree <- ifelse(two, w * rowSums(counts * (counts - 1)) / pmax(m * (m - 1), 1), 0)
  z <- cbind(agree, w * two, counts / m)
  f <- function(x) { p <- x[-(1:2)]; e <- if (kind == "fleiss_kappa") sum(p^2) else sum(p * (1 - p)) / (length(k) - 1); (x[1] - e * x[2]) / (1 - e) }
  x <- colMeans(z); h <- 1e-5
  slope <- sapply(seq_along(x), function(i) { up <- down <- x; up[i] <- up[i] + h; down[i] <- down[i] - h; (f(up) - f(down)) / (2 * h) })
  half <- qt((1 + level) / 2, n - 1) * sqrt(as.numeric(t(slope) %*% cov(z) %*% slope) / n)
  list(value = unname(f(x)), low = max(-1, unname(f(x)) - half), high = min(1, unname(f(x)) + half))
}
rows_of <- function(r) lapply(seq_len(nrow(r)), function(i) lapply(r[i, ], function(x) if (is.na(x)) NULL else as.character(x)))
for (i in 1:5) {
  n <- c(12, 20, 30, 15, 25)[i]; judges <- c(3, 4, 2, 6, 3)[i]; truth <- sample(1:3, n, replace = TRUE)
  r <- matrix(ifelse(runif(n * judges) < 0.7, rep(truth, judges), sample(1:3, n * judges, replace = TRUE)), n)
  if (i %% 2 == 0) r[sample(length(r), n %/% 2)] <- NA
  for (level in c(0.9, 0.95)) for (kind in c("fleiss_kappa", "panel_gwet_agreement"))
    case(kind, list(ratings = rows_of(r), level = level), of(r, kind, level))
}
print_cases()
