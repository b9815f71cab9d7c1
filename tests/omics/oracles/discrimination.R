# Areas under the ROC curve and their differences by pROC: Rscript discrimination.R > discrimination.json
suppressMessages({library(pROC); library(jsonlite)})
set.seed(7)
cases <- list()
for (n in c(12, 40, 90)) {
  yes <- rep(c(1, 0), length.out = n); yes[1:3] <- 1
  first <- round(rnorm(n) + 0.8 * yes, 1); second <- round(rnorm(n) / 2 + first + 0.3 * yes, 1)
  a <- roc(yes, first, direction = "<", quiet = TRUE); b <- roc(yes, second, direction = "<", quiet = TRUE)
  ci <- ci.auc(a, method = "delong"); difference <- roc.test(b, a, method = "delong", paired = TRUE)
  cases[[length(cases) + 1]] <- list(yes = yes, first = first, second = second, area = as.numeric(auc(a)), low = ci[1], high = ci[3],
    gain = as.numeric(auc(b) - auc(a)), z = as.numeric(difference$statistic))
}
cat(toJSON(list(versions = list(pROC = as.character(packageVersion("pROC"))), cases = cases), auto_unbox = TRUE, digits = I(15)), "\n")
