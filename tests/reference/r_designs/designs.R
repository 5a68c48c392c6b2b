# Reference numbers of R `survey` on designs of many kinds. Run in this folder: Rscript designs.R
suppressMessages({library(survey); library(jsonlite)})
RNGkind("Mersenne-Twister", "Inversion", "Rejection")
options(survey.lonely.psu = "fail", survey.adjust.domain.lonely = FALSE, stringsAsFactors = FALSE)
persons <- read.csv("persons.csv", na.strings = "")
G <- list(R = R.version.string, survey = as.character(packageVersion("survey")))

# ---- what is recorded of a design ----------------------------------------------------------------
domain_of <- function(des, by, level) if (is.null(level)) rep(TRUE, nrow(des)) else des$variables[[by]] == level

limits <- function(des, f) sapply(c("logit", "xlogit", "beta", "mean"), function(method) {
  found <- try(suppressWarnings(svyciprop(f, des, method = method)), silent = TRUE)
  if (inherits(found, "try-error")) NULL else as.numeric(confint(found))
}, simplify = FALSE)

# Degrees of freedom of M4: those of the subset that holds a value; `linear` is the design before replication.
one <- function(des, linear, f, y, by, level, intervals, deff) {
  inside <- domain_of(des, by, level)
  part <- subset(des, inside)
  held <- subset(linear, inside & !is.na(linear$variables[[y]]))
  m <- svymean(f, part, na.rm = TRUE, deff = deff)
  cell <- list(domain = level, estimate = as.numeric(coef(m)), se = as.numeric(SE(m)), df = degf(held),
               n = sum(inside & !is.na(linear$variables[[y]])))
  if (deff) cell$deff <- as.numeric(deff(m))
  if (intervals) cell$ci <- limits(subset(part, !is.na(part$variables[[y]])), f)
  cell
}
plain <- function(x, by) data.frame(domain = as.character(x[[by]]), estimate = as.numeric(coef(x)), se = as.numeric(SE(x)))
whole <- function(x) data.frame(domain = NA, estimate = as.numeric(coef(x)), se = as.numeric(SE(x)))

# svyby(covmat = TRUE) of 4.1-1 stops where a subset keeps its rows (calibrated weights, pps) and does not drop missing
# values: there the domain mean is written as a ratio of totals over the whole sample, which it is.
domain_means <- function(des, y, by) {
  if (inherits(des, "svyrep.design") || (is.null(des$postStrata) && isFALSE(des$pps)))
    return(svyby(as.formula(paste0("~", y)), as.formula(paste0("~", by)), subset(des, !is.na(des$variables[[y]])), svymean, covmat = TRUE))
  value <- des$variables[[y]]; levels <- sort(unique(des$variables[[by]]))
  inside <- sapply(levels, function(level) (des$variables[[by]] == level & !is.na(value)) + 0)
  ratio <- svyratio(ifelse(inside == 1, value, 0), inside, des, covmat = TRUE)
  own <- diag(matrix(seq_len(length(levels)^2), length(levels)))
  structure(diag(coef.matrix(ratio)), var = vcov(ratio)[own, own], class = "svystat", names = levels)
}
coef.matrix <- function(ratio) ratio$ratio

measure <- function(des, y = "skill", by = "region", linear = des, intervals = FALSE, deff = TRUE) {
  f <- as.formula(paste0("~", y)); g <- as.formula(paste0("~", by))
  levels <- sort(unique(des$variables[[by]]))
  means <- lapply(c(list(NULL), as.list(levels)), function(level) one(des, linear, f, y, by, level, intervals, deff))
  covariance <- unname(vcov(domain_means(des, y, by)))
  totals <- rbind(whole(svytotal(f, des, na.rm = TRUE)), plain(svyby(f, g, des, svytotal, na.rm = TRUE), by))
  ratios <- rbind(whole(svyratio(~income, ~N_person, des)), plain(svyby(~income, g, denominator = ~N_person, des, svyratio), by))
  list(means = means, covariance = covariance, totals = totals, ratios = ratios, degf = degf(des))
}

# ---- 1 strata of 2 to 30 PSUs, unequal weights ------------------------------------------------------
base <- svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = persons, nest = TRUE)
no_strata <- svydesign(ids = ~psu_code, weights = ~weight, data = transform(persons, psu_code = paste(stratum, psu)))
weights_only <- svydesign(ids = ~1, weights = ~weight, data = persons)
G$designs <- list(
  base = measure(base, intervals = TRUE),
  base_by_age = measure(base, by = "age", intervals = TRUE),
  missing = measure(base, y = "skill_some", intervals = TRUE),
  no_strata = measure(no_strata, intervals = TRUE),
  weights_only = measure(weights_only, intervals = TRUE),
  no_psu = measure(svydesign(ids = ~1, strata = ~stratum, weights = ~weight, data = persons)),
  weights_only_fpc = measure(svydesign(ids = ~1, weights = ~weight, fpc = ~N_all, data = persons)),
  no_psu_fpc = measure(svydesign(ids = ~1, strata = ~stratum, weights = ~weight, fpc = ~N_stratum, data = persons)),

# ---- 2 population sizes at one, two and three stages; stratum S3 is taken whole ---------------------------
  fpc_1 = measure(svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, fpc = ~N_psu, data = persons, nest = TRUE)),
  fpc_2 = measure(svydesign(ids = ~psu + hh, strata = ~stratum, weights = ~weight, fpc = ~N_psu + N_hh, data = persons, nest = TRUE)),
  fpc_2_missing = measure(y = "skill_some",
    svydesign(ids = ~psu + hh, strata = ~stratum, weights = ~weight, fpc = ~N_psu + N_hh, data = persons, nest = TRUE)),
  fpc_3 = measure(svydesign(ids = ~psu + hh + person, strata = ~stratum, weights = ~weight,
    fpc = ~N_psu + N_hh + N_person, data = persons, nest = TRUE)),

# ---- 3 unequal probabilities without replacement (Brewer) ---------------------------------------------
  brewer_1 = measure(svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, fpc = ~pi_psu, pps = "brewer", data = persons, nest = TRUE)),
  brewer_2 = measure(svydesign(ids = ~psu + hh, strata = ~stratum, weights = ~weight, fpc = ~pi_psu + pi_hh, pps = "brewer", data = persons, nest = TRUE))
)

# ---- 2b lonely PSUs: strata L1 and L2 have one ------------------------------------------------------------
lonely <- svydesign(ids = ~psu, strata = ~stratum_lonely, weights = ~weight, data = persons, nest = TRUE)
lonely_fpc <- svydesign(ids = ~psu + hh, strata = ~stratum_lonely, weights = ~weight, fpc = ~N_psu_lonely + N_hh, data = persons, nest = TRUE)
G$lonely <- list(fail = conditionMessage(tryCatch(svymean(~skill, lonely), error = identity)))
for (rule in c("adjust", "average", "certainty")) {
  options(survey.lonely.psu = rule)
  G$lonely[[rule]] <- list(one_stage = measure(lonely), two_stages_fpc = measure(lonely_fpc))
}
# The covariance of svyby() does not see the option of domains, its standard errors do.
for (rule in c("adjust", "average")) {
  options(survey.lonely.psu = rule, survey.adjust.domain.lonely = TRUE)
  G$lonely_domain[[rule]] <- suppressWarnings(list(one_stage = measure(lonely), no_lonely_stratum = measure(base)))
}
options(survey.lonely.psu = "fail", survey.adjust.domain.lonely = FALSE)

# ---- 4 weights fitted to known totals ---------------------------------------------------------------------
known <- function(f, push) {  # totals of the sample, moved by the factors `push`, to full precision
  x <- model.matrix(f, persons); t <- colSums(x * persons$weight)
  t * (1 + push * sin(seq_along(t)))
}
precise <- function(...) calibrate(..., epsilon = 1e-13, maxit = 500)
cells <- as.data.frame(xtabs(weight ~ sex + age, persons)); cells$Freq <- round(cells$Freq * (1 + 0.15 * cos(seq_len(nrow(cells)))), 1)
age_totals <- aggregate(Freq ~ age, cells, sum); sex_totals <- aggregate(Freq ~ sex, cells, sum)
margins <- c(`(Intercept)` = sum(cells$Freq), sexm = sex_totals$Freq[2], setNames(age_totals$Freq[-1], paste0("age", age_totals$age[-1])))
calibrated <- list(
  post_stratified = postStratify(base, ~sex + age, cells),
  post_calibrated = precise(base, ~sex * age, known(~sex * age, 0.05), calfun = "linear"),
  raked = precise(base, ~sex + age, margins, calfun = "raking"),
  greg = calibrate(base, ~sex + age + N_person + income, known(~sex + age + N_person + income, 0.06)),
  logit = precise(base, ~sex + age + N_person, known(~sex + age + N_person, 0.08), calfun = "logit", bounds = c(0.5, 2)),
  raked_fpc_2 = precise(svydesign(ids = ~psu + hh, strata = ~stratum, weights = ~weight, fpc = ~N_psu + N_hh, data = persons, nest = TRUE),
    ~sex + age, margins, calfun = "raking"),
  raked_by_rake = rake(base, list(~sex, ~age), list(sex_totals, age_totals), control = list(maxit = 500, epsilon = 1e-12))
)
for (name in names(calibrated)) {
  final <- weights(calibrated[[name]])
  G$calibrated[[name]] <- c(measure(calibrated[[name]], intervals = name == "raked"), list(g = range(final / persons$weight)))
}
G$calibrated$raked_missing <- measure(calibrated$raked, y = "skill_some")
final_weights <- sapply(calibrated[setdiff(names(calibrated), c("raked_fpc_2", "raked_by_rake"))], weights)
write.csv(format(final_weights, digits = 15, trim = TRUE), "calibrated_weights.csv", row.names = FALSE, quote = FALSE)

# ---- 5 replicate weights ----------------------------------------------------------------------------------
keep <- function(rep, name, unit) {  # factors, one row a sampled unit
  factors <- weights(rep, "replication"); colnames(factors) <- paste0("r", seq_len(ncol(factors)))
  rows <- !duplicated(persons[unit])
  write.csv(cbind(persons[rows, unit, drop = FALSE], format(factors[rows, ], digits = 15, trim = TRUE, drop0trailing = TRUE)),
            paste0("replicates_", name, ".csv"), row.names = FALSE, quote = FALSE)
}
both <- function(make, name, linear, unit = c("stratum", "psu"), by = "region") {
  for (mse in c(TRUE, FALSE)) {
    rep <- make(mse)
    if (mse) { keep(rep, name, unit); G$replicates[[name]] <<- list(scale = as.numeric(rep$scale), rscales = rep$rscales) }
    G$replicates[[name]][[if (mse) "estimate" else "mean"]] <<- measure(rep, by = by, linear = linear, deff = FALSE)
  }
}
# By age where a region has a replicate without a member (R drops it) or no degree of freedom.
pairs <- svydesign(ids = ~psu, strata = ~pair, weights = ~weight, data = persons, nest = TRUE)
groups <- svydesign(ids = ~group, weights = ~weight, data = persons)
both(function(mse) as.svrepdesign(pairs, type = "BRR", mse = mse), "brr", pairs, by = "age")
both(function(mse) as.svrepdesign(pairs, type = "Fay", fay.rho = 0.3, mse = mse), "fay", pairs, by = "age")
both(function(mse) as.svrepdesign(groups, type = "JK1", mse = mse), "jk1", groups, "group")
both(function(mse) as.svrepdesign(base, type = "JKn", mse = mse), "jkn", base)
both(function(mse) { set.seed(1); as.svrepdesign(base, type = "bootstrap", replicates = 30, mse = mse) }, "bootstrap", base, by = "age")
set.seed(1)
G$replicates$bootstrap$regions <- suppressWarnings(measure(as.svrepdesign(base, type = "bootstrap", replicates = 30, mse = TRUE), linear = base, deff = FALSE))$means
both(function(mse) { set.seed(2); as.svrepdesign(base, type = "subbootstrap", replicates = 30, mse = mse) }, "subbootstrap", base)

# Successive differences (Fay & Train 1995): unit i takes rows i and i+1 of a Hadamard matrix of order 32.
units <- persons[!duplicated(persons[c("stratum", "psu")]), c("stratum", "psu")]
H <- 2 * survey::hadamard(31) - 1
row <- function(i) H[(i - 1) %% 31 + 2, ]
successive <- t(sapply(seq_len(nrow(units)), function(i) 1 + 2^-1.5 * row(i) - 2^-1.5 * row(i + 1)))
of_person <- match(paste(persons$stratum, persons$psu), paste(units$stratum, units$psu))
both(function(mse) svrepdesign(data = persons, repweights = successive[of_person, ], weights = ~weight, type = "successive-difference",
  combined.weights = FALSE, mse = mse), "sdr", base)

# Jackknife of weights that are fitted anew in every replicate.
jkn <- as.svrepdesign(base, type = "JKn", mse = TRUE, compress = FALSE)
G$refitted <- list(
  post_stratified = measure(postStratify(jkn, ~sex + age, cells, compress = FALSE), linear = base, deff = FALSE),
  raked = measure(calibrate(jkn, ~sex + age, margins, compress = FALSE, calfun = "raking", epsilon = 1e-13, maxit = 500), linear = base, deff = FALSE))

# ---- 6 association in two-way tables ----------------------------------------------------------------------
table_test <- function(des, row, column, level = NULL) {
  f <- as.formula(paste0("~", row, "+", column)); inside <- domain_of(des, "region", level)
  part <- subset(des, inside); full <- inside & !is.na(des$variables[[row]]) & !is.na(des$variables[[column]])
  F <- svychisq(f, part, statistic = "F"); X <- svychisq(f, part, statistic = "Chisq")
  list(domain = level, statistic = unname(F$statistic), ndf = unname(F$parameter["ndf"]), ddf = unname(F$parameter["ddf"]), p = unname(F$p.value),
       chi_square = unname(X$statistic), chi_df = unname(X$parameter), p_chi_square = unname(X$p.value),
       scaled_to = nrow(part), n = sum(full), df = degf(subset(des, full)))
}
domains <- c(list(NULL), as.list(sort(unique(persons$region))))
two_by_two <- function(des) lapply(domains, function(level) table_test(des, "skill", "sex", level))
fpc_2 <- svydesign(ids = ~psu + hh, strata = ~stratum, weights = ~weight, fpc = ~N_psu + N_hh, data = persons, nest = TRUE)
G$association <- list(
  two_by_two = two_by_two(base),
  three_by_four = lapply(domains, function(level) table_test(base, "edu", "age", level)),
  missing = lapply(domains, function(level) table_test(base, "skill_some", "edu_some", level)),
  calibrated = two_by_two(calibrated$raked),
  two_stages_fpc = two_by_two(fpc_2),
  weights_only = two_by_two(weights_only),
  replicated = lapply(list(NULL), function(level) {
    rep <- as.svrepdesign(base, type = "JKn", mse = TRUE); F <- svychisq(~skill + sex, rep, statistic = "F")
    list(statistic = unname(F$statistic), ndf = unname(F$parameter["ndf"]), ddf = unname(F$parameter["ddf"]), p = unname(F$p.value))
  }))

# ---- 7 differences of domains and change between waves ----------------------------------------------------
contrast <- function(x, coefficients, held) {
  found <- svycontrast(x, coefficients)
  list(coefficients = coefficients, estimate = as.numeric(coef(found)), se = as.numeric(SE(found)), df = degf(held))
}
compare <- function(des) {
  regions <- domain_means(des, "skill", "region")
  list(
    two = contrast(regions, c(1, -1, 0, 0), subset(des, region %in% c("R1", "R2"))),
    one_and_rest = contrast(regions, c(1, -1/3, -1/3, -1/3), des),
    totals = contrast(svytotal(sapply(sort(unique(persons$region)), function(r) persons$skill * (persons$region == r)), des),
      c(0, 1, -1, 0), subset(des, region %in% c("R2", "R3"))),
    indicators = contrast(svymean(~skill + online, des), c(1, -1), des))
}
G$contrasts <- list(base = compare(base), fpc_2 = compare(fpc_2), raked = compare(calibrated$raked))

later <- transform(persons, wave = 2027, skill = skill_2027, weight = weight_2027)
waves <- rbind(transform(persons, wave = 2025), later)
waves$wave_stratum <- paste(waves$wave, waves$stratum)
change <- function(des) {
  both <- svyby(~skill, ~wave, des, svymean, covmat = TRUE)
  regions <- svyby(~skill, ~wave + region, des, svymean, covmat = TRUE)
  list(overall = contrast(both, c(-1, 1), des), covariance = unname(vcov(both)),
       regions = lapply(1:4, function(r) c(domain = paste0("R", r),
         contrast(regions, replace(rep(0, 8), c(2 * r - 1, 2 * r), c(-1, 1)), subset(des, region == paste0("R", r))))))
}
G$change <- list(
  same_psus = change(svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = waves, nest = TRUE)),
  independent = change(svydesign(ids = ~psu, strata = ~wave_stratum, weights = ~weight, data = waves, nest = TRUE)))

write_json(G, "designs.json", digits = NA, auto_unbox = TRUE, null = "null", na = "null", pretty = FALSE)
