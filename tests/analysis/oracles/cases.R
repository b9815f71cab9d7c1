# What every script here uses: cases are gathered and printed as JSON, with the versions that made them.
library(jsonlite)

gathered <- list()

# One case: the method's name, its arguments by name, and what it must give.
case <- function(method, arguments, expected) {
  gathered[[length(gathered) + 1]] <<- list(method = method, arguments = arguments, expected = expected)
}

print_cases <- function(packages = character()) {
  versions <- c(R = paste(R.version$major, R.version$minor, sep = "."))
  for (package in packages) versions[package] <- as.character(packageVersion(package))
  cat(toJSON(list(versions = as.list(versions), cases = gathered), auto_unbox = TRUE, digits = I(16), na = "string", null = "null"), "\n")
}
