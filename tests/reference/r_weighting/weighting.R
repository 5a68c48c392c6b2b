# Reference numbers of R `survey` and `glm` on the invented sample. Run in this folder: Rscript weighting.R
suppressMessages({library(survey); library(jsonlite)})
options(stringsAsFactors = FALSE)
persons <- read.csv("persons.csv"); households <- read.csv("households.csv")
persons$stratum <- factor(persons$stratum); persons$sex_age <- factor(persons$sex_age)
strata <- read.csv("totals_stratum.csv"); cells <- read.csv("totals_sex_age.csv")
strata$stratum <- factor(strata$stratum); cells$sex_age <- factor(cells$sex_age)
N <- sum(strata$total); size <- 4.1 * N
design <- svydesign(ids = ~1, weights = ~w, data = persons)
exact <- list(epsilon = 1e-13, maxit = 200)

# Dummies of both variables without the first category of the second, which is what R's formula makes of them.
population <- c(`(Intercept)` = N, setNames(strata$total[-1], paste0("stratum", strata$stratum[-1])),
                setNames(cells$total[-1], paste0("sex_age", cells$sex_age[-1])))
fit <- function(calfun, bounds = c(-Inf, Inf), formula = ~stratum + sex_age, totals = population)
  as.numeric(weights(calibrate(design, formula, totals, calfun = calfun, bounds = bounds,
                               epsilon = exact$epsilon, maxit = exact$maxit)))
with_size <- c(population, size = size)
kept <- list(
  linear = fit("linear"),
  linear_size = fit("linear", formula = ~stratum + sex_age + size, totals = with_size),
  linear_bounded = fit("linear", c(0.8, 1.32)),
  raking = fit("raking"),
  raking_size = fit("raking", formula = ~stratum + sex_age + size, totals = with_size),
  logit = fit("logit", c(0.5, 2.0)),
  logit_tight = fit("logit", c(0.75, 1.35)),
  rake = as.numeric(weights(rake(design, list(~stratum, ~sex_age),
                                 list(setNames(strata, c("stratum", "Freq")), setNames(cells, c("sex_age", "Freq"))),
                                 control = list(maxit = 500, epsilon = 1e-10)))),
  post = as.numeric(weights(postStratify(design, ~sex_age, setNames(cells, c("sex_age", "Freq"))))),
  trim_wide = as.numeric(weights(trimWeights(design, upper = 2.5 * median(persons$w), strict = TRUE))),
  trim_strict = as.numeric(weights(trimWeights(design, upper = 1.8 * median(persons$w), strict = TRUE))))
model <- suppressWarnings(glm(responded ~ factor(district) + factor(residence) + distance, binomial, households,
                              weights = w / mean(w), control = glm.control(epsilon = 1e-15, maxit = 100)))
G <- list(R = R.version.string, survey = as.character(packageVersion("survey")), size_total = size, weights = kept,
          glm = list(coefficients = as.numeric(coef(model)), fitted = as.numeric(fitted(model))))
write_json(G, "weighting.json", digits = NA, auto_unbox = TRUE)
