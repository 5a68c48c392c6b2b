"""Geography packs: units, names, mergers and populations of one territory, by edition.

Modules, in the order in which they are needed:

``pack``            the files of a pack, as they were read
``checks``          what its units and names must satisfy
``figure_checks``   what its mergers, margins, tiles and boundaries must satisfy
``gazetteer``       what a code means on a given day
``recoding``        which units of another edition a unit counts for, and by which share
``upload_units``    codes and names in a file, read in every edition
``build``           a pack out of plain lists
"""

from survey.geography.gazetteer import Gazetteer, GeographyError, load_pack, open_geography

__all__ = ["Gazetteer", "GeographyError", "load_pack", "open_geography"]
