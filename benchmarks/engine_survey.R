# R survey on the benchmark's persons. Arguments: a file of float64 columns, rows, repeats, what to run.
suppressPackageStartupMessages({library(survey); library(jsonlite)})
arguments <- commandArgs(TRUE)
rows <- as.integer(arguments[2])
indicators <- paste0("i", 1:7)
names <- c("stratum", "ea", "district", "weight", indicators)

memory <- function(field) {
  line <- grep(field, readLines("/proc/self/status"), value = TRUE)
  as.numeric(gsub("[^0-9]", "", line)) / 1024
}

# Logit limits, one indicator a call: svyciprop takes one variable. Its method "logit" fits a model by iteration and
# stops 1e-9 short of the mean; "xlogit" is the formula itself, and faster.
proportions <- function(persons) {
  design <- svydesign(ids = ~ea, strata = ~stratum, weights = ~weight, data = persons, nest = TRUE)
  do.call(rbind, lapply(indicators, function(name) {
    found <- svyby(as.formula(paste0("~", name)), ~district, design, svyciprop,
                   vartype = c("se", "ci"), method = "xlogit", na.rm = TRUE)
    data.frame(indicator = name, district = found$district, estimate = found[[2]], se = found[[3]],
               ci_low = found$ci_l, ci_high = found$ci_u)
  }))
}

# Means without logit limits: those without missing answers together, the seventh apart (na.rm is listwise).
means <- function(persons) {
  design <- svydesign(ids = ~ea, strata = ~stratum, weights = ~weight, data = persons, nest = TRUE)
  do.call(rbind, lapply(list(indicators[1:6], indicators[7]), function(group) {
    found <- svyby(reformulate(group), ~district, design, svymean, na.rm = TRUE)
    errors <- as.matrix(SE(found))
    do.call(rbind, lapply(seq_along(group), function(i) {
      data.frame(indicator = group[i], district = found$district, estimate = found[[group[i]]], se = errors[, i])
    }))
  }))
}

baseline <- memory("VmRSS")
values <- readBin(arguments[1], "double", rows * length(names))
persons <- as.data.frame(matrix(values, nrow = rows, dimnames = list(NULL, names)))
rm(values)
for (key in c("stratum", "ea", "district")) persons[[key]] <- as.integer(persons[[key]])
invisible(gc())
loaded <- memory("VmRSS")
run <- list(proportions = proportions, means = means)[[arguments[4]]]
seconds <- c()
repeats <- as.integer(arguments[3])
while (length(seconds) < repeats) {
  took <- system.time(found <- run(persons))[["elapsed"]]
  seconds <- c(seconds, took)
  repeats <- if (seconds[1] > 60) 1 else if (seconds[1] > 20) min(repeats, 3) else repeats
}
peak <- memory("VmHWM")
# svyciprop uses the degrees of freedom of the district, PSUs without a value of the indicator included.
if (!is.null(found$ci_low)) {
  design <- svydesign(ids = ~ea, strata = ~stratum, weights = ~weight, data = persons, nest = TRUE)
  districts <- unique(found$district)
  df <- sapply(districts, function(one) degf(subset(design, district == one)))
  found$df <- df[match(found$district, districts)]
}
cat(toJSON(list(
  seconds = I(seconds), baseline_mb = unbox(baseline), loaded_mb = unbox(loaded), peak_mb = unbox(peak),
  estimates = found,
  versions = list(R = unbox(paste(R.version$major, R.version$minor, sep = ".")),
                  survey = unbox(as.character(packageVersion("survey"))))
), digits = NA, na = "null"), "\n")
