# Computes intervals and verdicts of the release again from estimate, standard error and degrees of freedom;
# intervals in every table of shares that holds them.
# Run in the folder of the unpacked archive:  Rscript check.R      (base R, no package)

read <- function(file) read.csv(file, fileEncoding = "UTF-8-BOM", colClasses = "character")
verdicts <- type.convert(read("verdicts.csv"), as.is = TRUE)
settings <- read.csv("settings.csv", fileEncoding = "UTF-8-BOM", colClasses = "character")
setting <- function(name) settings$value[settings$name == name]
stopifnot(setting("interval") == "logit")
tail <- (1 - as.numeric(setting("level"))) / 2
bounds <- strsplit(setting("lower_bounds"), " ")[[1]]

differ <- function(what, ours, theirs) {
  stopifnot(identical(is.na(ours), is.na(theirs)))
  largest <- max(abs(ours - theirs), 0, na.rm = TRUE)
  cat(sprintf("%-30s %5d values, largest difference %.1e\n", what, sum(!is.na(ours)), largest))
  stopifnot(largest < 1e-8)
}

# Intervals on the logit scale, t with df; nobody or everybody: Korn and Graubard; no error: the estimate itself.
intervals <- function(file) {
  table <- read(file)
  # Differences have a t of their own and no logit scale.
  if (!all(needed %in% names(table)) || "t" %in% names(table)) return(invisible())
  if ("base" %in% names(table)) table <- table[!table$base %in% bounds, ]
  table <- data.frame(lapply(table[needed], as.numeric))
  # In groups_sizes n counts the group itself, so that of an empty one the limit cannot be had from it.
  asked <- table[which(table$df > 0 & !is.na(table$se) & table$n > 0), ]
  p <- asked$estimate
  half <- qt(1 - tail, asked$df) * asked$se / (p * (1 - p))
  low <- plogis(qlogis(p) - half)
  high <- plogis(qlogis(p) + half)
  low[p == 0] <- 0
  high[p == 0] <- 1 - tail^(1 / asked$n[p == 0])
  low[p == 1] <- tail^(1 / asked$n[p == 1])
  high[p == 1] <- 1
  flat <- asked$se == 0 & p > 0 & p < 1
  low[flat] <- high[flat] <- p[flat]
  differ(paste(file, "ci_low"), low, asked$ci_low)
  differ(paste(file, "ci_high"), high, asked$ci_high)
}
needed <- c("n", "estimate", "se", "ci_low", "ci_high", "df")
for (file in list.files(pattern = "[.]csv$")) if (file != "settings.csv") intervals(file)

# Verdicts: read off the interval; among all units of a breakdown after Holm.
verdicts$met_alone <- ifelse(verdicts$op == ">", verdicts$ci_low > verdicts$target, verdicts$ci_low >= verdicts$target)
alone <- ifelse(verdicts$met_alone, "met", ifelse(verdicts$ci_high < verdicts$target, "not_met", "undecided"))
alone[is.na(alone)] <- "undecided"
stopifnot(alone == verdicts$verdict)
cat(sprintf("%-30s %5d values, all equal\n", "verdict", length(alone)))
family <- interaction(verdicts[c("indicator", "base", "breakdown", "edition", "year")], drop = TRUE)
holm <- function(p) ave(p, family, FUN = function(one) p.adjust(one, "holm"))
differ("holm_p_met", holm(verdicts$p_met), verdicts$holm_p_met)
differ("holm_p_not", holm(verdicts$p_not_met), verdicts$holm_p_not_met)
cat("The numbers of the release are reproduced.\n")
