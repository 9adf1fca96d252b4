"""`python -m monitor`: the same as the command `basewatch`."""

import sys

from monitor.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
