# Estimates the shares of the release again from the persons, with the package survey.
# Run in the folder of the unpacked archive:  Rscript reproduce.R
# The folder holds data of persons: keep it on this machine, pass it on to nobody, delete it after use.

suppressMessages(library(survey))
read <- function(file, ...) read.csv(file, fileEncoding = "UTF-8-BOM", ...)
persons <- read("persons.csv", colClasses = c(psu = "character"))
areas <- read("areas.csv", colClasses = c(psu = "character"))
estimates <- read("estimates.csv", colClasses = c(unit = "character"))
columns <- read("columns.csv", colClasses = "character")
settings <- read("settings.csv", colClasses = "character")
frame <- settings$value[settings$name == "edition"]
estimates <- estimates[estimates$edition == frame & estimates$method == "direct", ]
# The persons do not tell schooling, disability and poverty, so those estimates are not made again.
estimates <- estimates[estimates$breakdown %in% c("province", names(persons)), ]
margins <- reformulate(read("margins.csv")$margin)

# A sampled area without an interview counts in its stratum: it enters with next to no weight and no answer.
empty <- areas[!areas$psu %in% persons$psu, ]
if (nrow(empty) > 0) {
  stand_in <- persons[rep(1, nrow(empty)), ]
  stand_in[] <- NA
  stand_in$psu <- empty$psu
  stand_in$stratum <- empty$stratum
  for (margin in setdiff(all.vars(margins), "stratum")) stand_in[[margin]] <- persons[[margin]][1]
  stand_in$w_nr <- stand_in$w_raked <- 1e-9
  persons <- rbind(persons, stand_in)
}
sampled <- svydesign(ids = ~psu, strata = ~stratum, weights = ~w_nr, data = persons)
known <- colSums(model.matrix(margins, persons) * persons$w_raked)
raked <- calibrate(sampled, margins, known, calfun = "raking", epsilon = 1e-12, maxit = 500)
answered <- persons$w_nr > 1e-9
stopifnot(max(abs(weights(raked) / persons$w_raked - 1)[answered]) < 1e-6)

compared <- 0
worst <- c(estimate = 0, se = 0)
for (row in seq_len(nrow(estimates))) {
  one <- estimates[row, ]
  column <- columns$column[columns$indicator == one$indicator & columns$base == one$base]
  if (length(column) == 0 || is.na(one$estimate) || is.na(one$se)) next
  inside <- !is.na(persons[[column]])
  if (one$breakdown != "province") inside <- inside & as.character(persons[[one$breakdown]]) %in% one$unit
  raked$variables$y <- ifelse(inside, persons[[column]], 0)
  share <- svymean(~y, subset(raked, inside))
  worst <- pmax(worst, abs(c(coef(share) - one$estimate, SE(share) - one$se)))
  compared <- compared + 1
}
cat(sprintf("%d estimates; largest difference of an estimate %.1e, of a standard error %.1e\n",
            compared, worst["estimate"], worst["se"]))
stopifnot(compared > 0, worst < 1e-6)
cat("The numbers of the release are reproduced.\n")
