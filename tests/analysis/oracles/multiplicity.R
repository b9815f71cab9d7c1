source("cases.R")
set.seed(5)
# A graph by its definition: every set of hypotheses is tested by a weighted Bonferroni test; the adjusted p is the largest over the sets that hold it.
weights_of <- function(set, w, g) {
  for (j in setdiff(seq_along(w), set)) {
    w2 <- w; g2 <- g; left <- which(w >= 0 & seq_along(w) != j)
    for (l in left) {
      w2[l] <- w[l] + w[j] * g[j, l]
      for (k in left) g2[l, k] <- if (l == k || g[l, j] * g[j, l] >= 1) 0 else (g[l, k] + g[l, j] * g[j, k]) / (1 - g[l, j] * g[j, l])
    }
    w2[j] <- -1; w <- w2; g <- g2
  }
  w
}
closed <- function(p, w, g) {
  m <- length(p); adjusted <- rep(0, m)
  for (code in 1:(2^m - 1)) {
    set <- which(bitwAnd(code, 2^(0:(m - 1))) > 0)
    own <- weights_of(set, w, g)[set]
    of_set <- min(1, ifelse(own > 0, p[set] / own, Inf))
    adjusted[set] <- pmax(adjusted[set], of_set)
  }
  adjusted
}
rows_of <- function(m) unname(split(m, row(m)))
for (p in list(c(0.01, 0.02, 0.03, 0.04), c(0.04, 0.001, 0.5, 0.02, 0.02), c(0.9, 0.6), c(0.2), c(0, 1, 0.013), round(runif(12), 3))) {
  case("bonferroni", list(p = as.list(p)), list(p = as.list(p.adjust(p, "bonferroni"))))
  case("holm", list(p = as.list(p)), list(p = as.list(p.adjust(p, "holm"))))
  case("hochberg", list(p = as.list(p)), list(p = as.list(p.adjust(p, "hochberg"))))
  m <- length(p)
  # A sequence is closed testing with the whole level on the first of each set.
  case("fixed_sequence", list(p = as.list(p)), list(p = as.list(sapply(1:m, function(i) max(p[1:i])))))
  if (m > 1 && m < 8) {
    g <- matrix(1 / (m - 1), m, m); diag(g) <- 0
    case("graphical", list(p = as.list(p), weights = as.list(rep(1 / m, m)), transitions = rows_of(g)), list(p = as.list(p.adjust(p, "holm"))))
  }
}
gate <- matrix(c(0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0), 4, byrow = TRUE)
for (p in list(c(0.01, 0.07, 0.02, 0.005), c(0.024, 0.03, 0.001, 0.2), c(0.2, 0.01, 0.01, 0.012)))
  case("graphical", list(p = as.list(p), weights = list(0.5, 0.5, 0, 0), transitions = rows_of(gate)), list(p = as.list(closed(p, c(0.5, 0.5, 0, 0), gate))))
for (i in 1:8) {
  m <- sample(3:5, 1); w <- round(runif(m), 2); w <- round(w / sum(w), 3); w[m] <- 1 - sum(w[-m])
  g <- matrix(runif(m * m), m); diag(g) <- 0; g <- g / rowSums(g); g <- floor(g * 1000) / 1000
  p <- round(runif(m)^3, 4)
  case("graphical", list(p = as.list(p), weights = as.list(w), transitions = rows_of(g)), list(p = as.list(closed(p, w, g))))
}
print_cases()
