#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image: everything is installed, and what draws is trained.
set -euo pipefail
cd /autograder/source
chmod -R go-rwx /autograder/source                # the submission runs as another user
if ! python3 -c 'import ensurepip, sys; assert sys.version_info >= (3, 10)' 2>/dev/null; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 python3-venv
fi
python3 -m venv /opt/minigen
/opt/minigen/bin/pip install -q -e /autograder/source
/opt/minigen/bin/python -c 'from minigen.course import grade; grade.prepare()'
