* Computes the intervals of the release again from estimate, standard error and degrees of freedom.
* Run in the folder of the unpacked archive:  do check.do      (Stata 14 or later)
version 14
import delimited using "settings.csv", clear varnames(1) encoding("utf-8") stringcols(_all)
levelsof value if name == "level", local(level) clean
levelsof value if name == "lower_bounds", local(bounds) clean
local tail = (1 - `level') / 2
import delimited using "estimates.csv", clear varnames(1) encoding("utf-8") case(preserve) asdouble stringcols(4)
* The bounds of a wider base are products, not estimates of their own.
foreach one of local bounds {
    drop if base == "`one'"
}
keep if df > 0 & !missing(se) & se > 0 & estimate > 0 & estimate < 1
generate double half = invttail(df, `tail') * se / (estimate * (1 - estimate))
generate double low = invlogit(logit(estimate) - half)
generate double high = invlogit(logit(estimate) + half)
assert abs(low - ci_low) < 1e-8
assert abs(high - ci_high) < 1e-8
display as text "The intervals of the release are reproduced."
