# What limma, edgeR and statmod say of small made data: Rscript gene_models.R > gene_models.json
suppressMessages({library(limma); library(edgeR); library(jsonlite)})
set.seed(20261128)
genes <- 80; n <- 14
person <- rep(1:7, each = 2)
group <- c(0,0,0,0,0,0,0,0,1,1,1,1,1,1)
age <- round(rnorm(n, 40, 9), 1)
design <- cbind(1, group, age)
base <- matrix(rnorm(genes * 7), genes)[, person]
y <- round(8 + base + matrix(rnorm(genes * n) * sqrt(rchisq(genes, 6) / 6), genes) + outer(rnorm(genes) / 2, group), 3)
holes <- y; holes[2, 3] <- NA; holes[5, c(1, 9)] <- NA; holes[7, 1:12] <- NA

tested <- function(fit, column) {
  fit <- eBayes(fit); top <- topTable(fit, coef = column, number = Inf, sort.by = "none", confint = TRUE)
  list(effect = top$logFC, low = top$CI.L, high = top$CI.R, t = top$t, p = top$P.Value,
       adjusted = top$adj.P.Val, df_prior = fit$df.prior, s2_prior = fit$s2.prior)
}
plain <- tested(lmFit(y, design), 2)
with_holes <- tested(lmFit(holes, design), 2)
rho <- duplicateCorrelation(y, design, block = person)$consensus
blocked <- tested(lmFit(y, design, block = person, correlation = rho), 2)

library_of <- round(exp(rnorm(n, log(20000), 0.4)))
level <- exp(rnorm(genes, 0, 1.6)); level <- level / sum(level)
counts <- matrix(rnbinom(genes * n, mu = outer(level, library_of), size = 4), genes)
counts[1, ] <- 0; counts[2, ] <- c(3, rep(0, n - 1))
factors <- calcNormFactors(counts)
kept <- filterByExpr(counts, group = group)
some <- counts[kept, ]
size <- colSums(some) * calcNormFactors(some)
weighed <- voom(some, design, lib.size = size)
voomed <- tested(lmFit(weighed), 2)
rho_w <- duplicateCorrelation(weighed, design, block = person)$consensus
blocked_w <- tested(lmFit(weighed, block = person, correlation = rho_w), 2)

x <- round(rexp(150), 2); curve_y <- round(sin(x) + rnorm(150) / 4, 3); curve_y[c(10, 50)] <- 9
smooth <- lowess(x, curve_y, f = 0.5)
cat(toJSON(list(
  versions = list(R = paste(R.version$major, R.version$minor, sep = "."), limma = as.character(packageVersion("limma")), edgeR = as.character(packageVersion("edgeR"))),
  design = design, person = person, group = group, values = y, holes = holes, plain = plain, with_holes = with_holes, rho = rho, blocked = blocked,
  counts = counts, factors = factors, kept = kept, size = size, log_counts = weighed$E, weights = weighed$weights, voomed = voomed,
  rho_weighted = rho_w, blocked_weighted = blocked_w,
  curve = list(x = x, y = curve_y, smooth_x = smooth$x, smooth_y = smooth$y)
), auto_unbox = TRUE, digits = I(15), na = "null"), "\n")
