"""Run a command in the project's environment, making that environment first where it is missing.

    python3 backend/bootstrap.py [--dev] COMMAND [ARGUMENT...]

Any Python must be able to read this file, to be told that it is too old.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - any Python may be asked to run this
    message = "Catalogue needs Python 3.11 or newer; this is %d.%d at %s. Name a newer one: make PYTHON=python3.12\n"
    sys.stderr.write(message % (sys.version_info[0], sys.version_info[1], sys.executable))
    sys.exit(1)

from catalogue.running.environment import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
