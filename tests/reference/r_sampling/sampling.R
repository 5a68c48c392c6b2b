# Inclusion probabilities and systematic samples by R's package `sampling`.
# Run in this folder: Rscript sampling.R; writes inclusion.csv, systematic.csv and versions.txt.
library(sampling)
options(digits = 17, scipen = 100)

frame <- read.csv("../../data/wave_2026/frame_eas.csv", colClasses = "character")
sample_eas <- read.csv("../wave_2026/sample_eas.csv", colClasses = "character")
asked <- unique(sample_eas[c("stratum", "n_eas_stratum")])

# The strata of the wave, and invented ones whose largest units are certain, in one round or in several.
set.seed(20260928)
cases <- lapply(seq_len(nrow(asked)), function(h) list(
  case = asked$stratum[h], n = as.integer(asked$n_eas_stratum[h]),
  size = as.numeric(frame$households_frame[frame$stratum == asked$stratum[h]])))
skewed <- function(case, N, n, sd) list(case = case, n = n, size = round(exp(rnorm(N, 4, sd))) + 1)
cases <- c(cases, list(
  skewed("skewed-1", 40, 15, 1.0), skewed("skewed-2", 60, 20, 1.8), skewed("skewed-3", 25, 20, 1.2),
  list(case = "cascade", n = 6, size = c(1000, 300, 90, 30, 10, 4, 3, 2, 1)),
  list(case = "whole", n = 5, size = c(5, 4, 3, 2, 1)),
  list(case = "equal", n = 7, size = rep(1, 31))))

inclusion <- systematic <- NULL
for (one in cases) {
  pik <- inclusionprobabilities(one$size, one$n)
  inclusion <- rbind(inclusion, data.frame(case = one$case, n = one$n, unit = seq_along(pik),
    size = one$size, pik = sprintf("%.17g", pik)))
  for (seed in 1:5) {
    set.seed(seed); start <- runif(1)
    set.seed(seed); drawn <- which(UPsystematic(pik) == 1)
    systematic <- rbind(systematic, data.frame(case = one$case, n = one$n,
      start = sprintf("%.17g", start), units = paste(drawn, collapse = " ")))
  }
}
write.csv(inclusion, "inclusion.csv", row.names = FALSE, quote = FALSE)
write.csv(systematic, "systematic.csv", row.names = FALSE, quote = FALSE)
writeLines(c(R.version.string, paste("sampling", packageVersion("sampling"))), "versions.txt")
