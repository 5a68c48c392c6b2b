"""XLSForms: read as tables, checked before they cost a field day, built into what the servers take.

================  ==========================================================
``tables``        the sheets of a form, from Markdown or xlsx
``expressions``   checks of every expression: references, codes, functions
``lint``          all checks together: ours, pyxform's, ODK Validate's
``convert``       pyxform and ODK Validate, their sentences translated
``xlsform``       the release folder: form.xlsx and contract.json
``xpath``         the syntax of expressions; ``xpath_values`` what they mean
================  ==========================================================
"""
