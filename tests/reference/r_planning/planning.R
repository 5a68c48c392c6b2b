# Sizes, powers and nearest shares of a test of one proportion against a target, in base R.
# Run: Rscript planning.R > planning.csv
options(digits = 17)
size <- function(p, T, error, power, df)
  ((qt(1 - error, df) * sqrt(T * (1 - T)) + qnorm(power) * sqrt(p * (1 - p))) / (p - T))^2
chance <- function(p, T, n, error, df)
  pnorm((abs(p - T) * sqrt(n) - qt(1 - error, df) * sqrt(T * (1 - T))) / sqrt(p * (1 - p)))
nearest <- function(T, n, error, power, df, end)
  tryCatch(uniroot(function(p) chance(p, T, n, error, df) - power, c(T, end), tol = 1e-14)$root,
           error = function(e) NA)
cells <- expand.grid(target = c(0.6, 0.8), share = c(0.3, 0.42, 0.57, 0.65, 0.9), n = c(45, 400, 5000),
                     df = c(6, 30, Inf), error = c(0.025, 0.025 / 11))
rows <- lapply(seq_len(nrow(cells)), function(i) with(cells[i, ], data.frame(
  target, share, n, df, error,
  size = size(share, target, error, 0.8, df),
  chance = chance(share, target, n, error, df),
  show_met = nearest(target, n, error, 0.8, df, 1 - 1e-9),
  show_not_met = nearest(target, n, error, 0.8, df, 1e-9))))
write.csv(do.call(rbind, rows), stdout(), row.names = FALSE)
