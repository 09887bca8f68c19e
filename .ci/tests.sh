#!/bin/sh
# Every test: the browser's beside the others, for two cores. What fails is tried once more by itself, since servers, browsers
# and killed processes share the machine with others; both runs are shown.
set -u
mkdir -p var
.venv/bin/coverage erase

try() { # NAME COMMAND...
  cache="var/tried/$1"
  shift
  "$@" -o addopts="-q --strict-markers" -o cache_dir="$cache" && return
  echo "Once more, what failed:"
  "$@" -o addopts="-q --strict-markers" -o cache_dir="$cache" --lf
}

try browser .venv/bin/pytest tests/browser >var/browser.log 2>&1 &
browser=$!
try rules .venv/bin/coverage run --append -m pytest --ignore=tests/browser --ignore=tests/faults
rules=$?
try faults .venv/bin/pytest tests/faults
faults=$?
wait $browser
seen=$?
echo "In the browser:"
cat var/browser.log
[ $rules = 0 ] && [ $faults = 0 ] && [ $seen = 0 ]
