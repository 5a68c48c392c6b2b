# Differences of shares of the same persons, and Holm over the pairs of a domain: writes pairs.json.
suppressMessages({library(survey); library(jsonlite)})
d <- read.csv("base.csv", encoding = "UTF-8")
d$young <- as.numeric(d$age < 45); d$man <- as.numeric(d$sex == "M")
des <- svydesign(ids = ~ea, strata = ~stratum, weights = ~weight, data = d)
names <- c("skill", "young", "man")
pairs <- combn(names, 2, simplify = FALSE)
of <- function(design) {
  mm <- svymean(~skill + young + man, design)
  df <- degf(design)
  found <- do.call(rbind, lapply(pairs, function(p) {
    con <- svycontrast(mm, setNames(c(1, -1), p))
    data.frame(a = p[1], b = p[2], estimate = as.numeric(coef(con)), se = as.numeric(SE(con)), df = df)
  }))
  found$p_value <- 2 * pt(-abs(found$estimate / found$se), found$df)
  found$holm_p <- p.adjust(found$p_value, "holm")
  found
}
G <- list(survey = as.character(packageVersion("survey")), R = R.version.string, overall = of(des))
G$district <- sapply(unique(d$district), function(x) of(subset(des, district == x)), simplify = FALSE)
write_json(G, "pairs.json", digits = 14, auto_unbox = TRUE, pretty = TRUE)
