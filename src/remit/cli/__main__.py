"""`python -m remit.cli`."""

from remit.cli.program import run

if __name__ == "__main__":
    run()
