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

beside() { # what needs no figures of the rules, and takes about as long as they do
  try browser .venv/bin/pytest tests/browser
  first=$?
  try sockets .venv/bin/pytest tests/live tests/faults/test_retry.py && return $first
}

beside >var/browser.log 2>&1 &
browser=$!
try rules .venv/bin/coverage run --append -m pytest --ignore=tests/browser --ignore=tests/faults --ignore=tests/live
rules=$?
try faults .venv/bin/pytest tests/faults --ignore=tests/faults/test_retry.py
faults=$?
wait $browser
seen=$?
echo "Beside them, in the browser, over sockets and of retries:"
cat var/browser.log
[ $rules = 0 ] && [ $faults = 0 ] && [ $seen = 0 ]
