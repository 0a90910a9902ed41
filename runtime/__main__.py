"""``python -m runtime <step> --flags``."""

import sys

from runtime.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
