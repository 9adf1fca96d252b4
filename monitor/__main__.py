"""`python -m monitor`: the same as the command `basewatch`."""

from monitor.cli.main import main

if __name__ == "__main__":
    main()
