"""From a collected wave to a published release: instruments, exports, microdata, weights, the store.

Read :mod:`survey.pipeline` first: it tells the whole story in short functions.

=====================  ==================================================================
``instrument``         the questionnaire and its contract: variables, codes, relevance
``exports``            what collection tools write, read in a limited child process
``harmonise``          one meaning for all tools: microdata with three-state answers
``validation``         what a supervisor would ask about: findings, each with its repair
``fieldwork``          issued households, final dispositions, response rates
``weights``            base, nonresponse and raked weights of a wave
``indicators``         the declarative definition of who "knows and has the skills"
``geography``          versioned territorial units, names, margins, tiles
``store``, ``release`` uploads that never change, releases that are frozen
=====================  ==================================================================
"""
