"""basewatch: polls news feeds and tells people of attacks on military bases, once.

Read `pipeline.py` first: it is the story of one news item. Then follow each call, left to right:

    cli → daemon → app (wiring) → pipeline (the story)
       → store/ · feeds/fetch · feeds/workers · alerts/send                    input and output
       → config/
       → feeds/parse, cadence · recognise/ · classify/ · incidents/ · alerts/  pure: `now` is passed in
       → news (frozen domain types) → errors
"""

__version__ = "0.1.0"
