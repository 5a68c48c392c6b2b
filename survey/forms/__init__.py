"""XLSForms: read as tables, checked before they cost a field day, built into what the servers take.

================  ==========================================================
``tables``        the sheets of a form, from Markdown or xlsx
``expressions``   checks of every expression: references, codes, functions
``lint``          all checks together: ours, pyxform's, ODK Validate's
``convert``       pyxform and ODK Validate, their sentences translated
``xlsform``       the release folder: form.xlsx and contract.json
``difference``    two versions: what breaks the series and what does not
``words``         conditions in plain words
``paper``         the print version; ``paper_document`` writes it for Word
``codebook``      every variable, to build the form again in another tool
``template``      the workbook for places without a collection tool
``workbook``      workbooks of text with the same bytes for the same content
``xpath``         the syntax of expressions; ``xpath_values`` what they mean
================  ==========================================================
"""
