"""`python -m remit.cli`."""

from remit.cli import main

if __name__ == "__main__":
    main()
