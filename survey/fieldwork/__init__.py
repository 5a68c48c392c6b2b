"""What became of the sample."""

from survey.fieldwork.settling import (
    COMPLETE, PARTIAL, Fieldwork, outcome, response_rates, response_table, settle)
