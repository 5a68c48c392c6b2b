"""From a collected wave to a published release: instruments, exports, microdata, weights, the store.

Read :mod:`survey.pipeline` first: it tells the whole story in short functions.

==================================  ======================================================================
``instrument``, ``forms``           the questionnaire: its contract; reading, checking, building XLSForms
``registry``, ``registration``      any XLSForm of the office, every version kept with its contract
``roles``                           which question is what, so that another form is weighed and checked, too
``exports``, ``sandbox``            what collection tools write, read in a limited child process
``harmonise``, ``answers``          one meaning for all tools: microdata with three-state answers
``relevance``                       who was asked what, by the form's own expressions
``validation``                      what a supervisor would ask about: findings, each with its repair
``fieldwork``                       final dispositions, response rates, completion, interviewers, the draw
``weights``                         base, nonresponse, raked weights
``indicators``                      the declarative definition of who "knows and has the skills"
``geography``                       versioned territorial units, names, margins, tiles
``estimates``                       the published tables: every condition, breakdown and verdict
``tabulate``, ``table_rows``        any question of any form by any other, with interval and quality
``store``, ``catalogue``, ``audit`` uploads that never change, and the proof of it
``wave``, ``receipt``, ``release``  what is announced, what a clerk gets back, what is frozen
``messages``                        every sentence a person may see, vi and en
``commands``                        the command line
==================================  ======================================================================
"""
