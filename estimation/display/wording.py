"""The words and numbers of estimates for people, in Vietnamese and English: one table, read by key."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

ABSENT = "–"


class Words(NamedTuple):
    """One entry in two languages; {name} is filled in by :func:`say`."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Signs:
    """How a language writes numbers."""

    decimal: str
    thousands: str


LOCALES: Mapping[str, Signs] = MappingProxyType({"vi": Signs(",", "."), "en": Signs(".", ",")})
WORDS: Mapping[str, Words] = MappingProxyType(
    {
        "indicator": Words("Chỉ tiêu", "Indicator"),
        "estimate": Words("Ước lượng", "Estimate"),
        "interval.two": Words("Khoảng tin cậy {level}", "{level} confidence interval"),
        "interval.lower": Words("Cận tin cậy dưới {level}", "{level} lower confidence limit"),
        "interval.upper": Words("Cận tin cậy trên {level}", "{level} upper confidence limit"),
        "intervals.two": Words("khoảng tin cậy {level}", "{level} confidence intervals"),
        "intervals.lower": Words("cận tin cậy dưới {level}", "{level} lower confidence limits"),
        "intervals.upper": Words("cận tin cậy trên {level}", "{level} upper confidence limits"),
        "to": Words("đến", "to"),
        "no_interval": Words("không tính được khoảng tin cậy", "no interval can be computed"),
        "quality": Words("Chất lượng", "Quality"),
        "n": Words("Số người trả lời (n)", "Respondents (n)"),
        "df": Words("Bậc tự do", "df"),
        "deff": Words("Hệ số thiết kế (deff)", "Design effect (deff)"),
        "target": Words("Mục tiêu", "Target"),
        "target_line": Words("Mục tiêu: {target}", "Target: {target}"),
        "verdict": Words("Kết luận riêng lẻ", "Verdict taken alone"),
        "family_verdict": Words("Kết luận khi xét nhiều đơn vị", "Verdict among all domains"),
        "kind.proportion": Words("Tỷ lệ", "Shares"),
        "kind.mean": Words("Trung bình", "Means"),
        "kind.total": Words("Tổng số", "Totals"),
        "kind.ratio": Words("Tỷ số", "Ratios"),
        "method.logit": Words("phương pháp logit", "logit method"),
        "method.korn_graubard": Words("phương pháp Korn–Graubard", "Korn–Graubard method"),
        "method.wilson": Words("phương pháp Wilson", "Wilson method"),
        "method.wald": Words("phương pháp Wald", "Wald method"),
        "method.beta": Words("phương pháp beta", "beta method"),
        "method.asin": Words("phương pháp arcsin", "arcsine method"),
        "method.student": Words("ước lượng ± t × sai số chuẩn", "estimate ± t × standard error"),
        "caption": Words("{kind} với {intervals} ({how}).", "{kind} with {intervals} ({how})."),
        "df_rule": Words(
            "t theo bậc tự do của từng miền: số địa bàn có người trả lời trừ số tầng của chúng",
            "t at the df of each domain: enumeration areas with respondents less their strata",
        ),
        "hidden_sign": Words("Dấu “–”: không công bố hoặc không có.", "“–”: not published, or none."),
        "decimal_comma": Words("", "Numbers have a decimal comma."),
        "more_rows": Words("… và {count} dòng nữa", "… and {count} more rows"),
        "chart": Words("{kind} và {intervals}", "{kind} with {intervals}"),
        "chart_review": Words(
            "Chấm rỗng, vạch đứt: cần thận trọng.", "Hollow dot, dashed line: use with care."
        ),
        "chart_family": Words(
            "Kết luận khi xét nhiều đơn vị cùng lúc (hiệu chỉnh Holm).",
            "Verdicts corrected for judging many domains at once (Holm).",
        ),
        "chart_alt": Words("Biểu đồ điểm và khoảng tin cậy.", "Dots with confidence intervals."),
        "hidden_because": Words("Không công bố: {reason}", "Not published: {reason}"),
        "quality.present": Words("Đạt chuẩn công bố", "Fit to publish"),
        "quality.review": Words("Cần thận trọng", "Use with care"),
        "quality.suppress": Words("Không công bố", "Not published"),
        "verdict.met": Words("Đạt", "Met"),
        "verdict.not_met": Words("Chưa đạt", "Not met"),
        "verdict.undecided": Words("Chưa đủ căn cứ kết luận", "Not enough evidence to conclude"),
        "verdict.none": Words("Không công bố", "Not published"),
        "reason.no respondent": Words("không có người trả lời", "no respondents"),
        "reason.no degrees of freedom: one PSU a stratum": Words(
            "không tính được sai số (mỗi tầng chỉ có một địa bàn)",
            "the sampling error cannot be computed (one enumeration area a stratum)",
        ),
        "reason.standard error not estimable": Words(
            "không tính được sai số (ví dụ có bộ quyền số lặp không còn ai thuộc nhóm này)",
            "the sampling error cannot be computed (for example, a set of replicate weights has nobody left)",
        ),
        "reason.n or effective n below 30": Words(
            "cỡ mẫu hoặc cỡ mẫu hiệu quả dưới 30", "sample or effective sample below 30"
        ),
        "reason.interval width 0.30 or more": Words(
            "khoảng tin cậy rộng từ 30 điểm phần trăm trở lên",
            "the confidence interval is 30 percentage points wide or more",
        ),
        "reason.interval wider than 130 % of the estimate": Words(
            "khoảng tin cậy quá rộng so với ước lượng (trên 130%)",
            "the confidence interval is too wide for the estimate (over 130%)",
        ),
        "reason.df below 8": Words(
            "dưới 8 bậc tự do (quá ít địa bàn)", "fewer than 8 degrees of freedom (too few enumeration areas)"
        ),
        "reason.no event, or only events": Words(
            "không ai hoặc tất cả mọi người trong mẫu có đặc điểm này",
            "nobody, or everybody, in the sample has the trait",
        ),
        "reason.standard error is 0": Words(
            "sai số tính được bằng 0 (mẫu quá đồng nhất)",
            "the computed sampling error is 0 (sample too uniform)",
        ),
        "reason.interval wider than 130 % of the complement": Words(
            "tỷ lệ phần còn lại kém tin cậy", "the share of the others is less reliable"
        ),
        "reason.n below 10": Words("dưới 10 người trả lời", "fewer than 10 respondents"),
        "reason.coefficient of variation above 33.3 % (F)": Words(
            "hệ số biến thiên trên 33,3% (F)", "coefficient of variation above 33.3% (F)"
        ),
        "reason.coefficient of variation above 16.5 % (E)": Words(
            "hệ số biến thiên trên 16,5% (E)", "coefficient of variation above 16.5% (E)"
        ),
    }
)


def choose_locale(locale: str) -> Signs:
    """Look up a language; an unknown one lists the choices."""
    if locale not in LOCALES:
        raise ValueError(f"unknown locale {locale!r}; choose one of {list(LOCALES)}")
    return LOCALES[locale]


def say(key: str, locale: str, facts: Mapping[str, str] | None = None) -> str:
    """Give the words of `key` in a language, its placeholders filled from `facts`."""
    choose_locale(locale)
    words = WORDS[key]
    return (words.vi if locale == "vi" else words.en).format_map(dict(facts or {}))


def reason_words(reason: str, locale: str) -> str:
    """Give the reason of a quality in a language; a reason of a declared standard as it was declared."""
    key = f"reason.{reason}"
    return say(key, locale) if key in WORDS else reason


def decimal(value: float, locale: str, digits: int = 0) -> str:
    """Write a number rounded to `digits` decimals, for example ``1.310,5``; what is no number is a dash."""
    signs = choose_locale(locale)
    if not math.isfinite(value):
        return ABSENT
    swap = {",": signs.thousands, ".": signs.decimal, "-": "−"}
    return "".join(swap.get(sign, sign) for sign in f"{value:,.{digits}f}")


def percent(share: float, locale: str, digits: int = 1) -> str:
    """Write a share in 0..1 as a percentage, for example ``40,5%``."""
    return decimal(100 * share, locale, digits) + ("%" if math.isfinite(share) else "")


def short_percent(share: float, locale: str) -> str:
    """Write a declared share, a level or a target, with the decimals that it has: ``95%``, ``62,5%``."""
    return percent(share, locale, decimals_in(100 * share))


def short_number(value: float, locale: str) -> str:
    """Write a declared number with no more decimals than it has, for example ``12,5``."""
    return decimal(value, locale, decimals_in(value))


def decimals_in(value: float) -> int:
    """Count the decimals of a declared number, at most 6: 1 of 12.5."""
    return len(f"{value:.6f}".rstrip("0").partition(".")[2])


def digits_of(error: float) -> int:
    """Count the decimals that leave two significant digits of a standard error; 2 without one, at most 6."""
    if not (math.isfinite(error) and error > 0):
        return 2
    return min(max(1 - math.floor(math.log10(error)), 0), 6)
