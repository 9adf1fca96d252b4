"""basewatch: polls news feeds and tells people of attacks on military bases, once.

Read `pipeline.py` first: it is the story of one news item. Then follow each call, left to right:

    cli → daemon → app (wiring) → pipeline (the story)
       → store/ · feeds/fetch · feeds/parse/pool · channels/                          input and output
       → workbench/ (for authors of rules)
       → alerts/ · incidents/ · topics/ · dedupe/ · feeds/cadence                     pure: `now` is passed in
       → rules/ (the rule language) → text/ (the text engine) → config/
       → model/ (frozen values, a file for each noun) → errors
"""

__version__ = "0.1.0"
