#!/bin/sh
# Every test, in two rows for two cores: the browser's and the others beside the rules and the faults. What fails is tried once
# more by itself, since servers, browsers and killed processes share the machine with others; both runs are shown.
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

# Following every line makes a test take twice as long: only where the rules are tried.
rules="tests/domain tests/actions tests/houses tests/screens tests/test_history.py
  tests/web/test_journey.py tests/web/test_onward.py tests/web/test_visits.py"

# A file at a time: a browser that never answers a key, as happens now and then, is ended and its file tried again.
(
  all=0
  for file in tests/browser/test_*.py; do
    try "$(basename "$file" .py)" timeout --kill-after=10 300 .venv/bin/pytest "$file" || all=1
  done
  try others .venv/bin/pytest tests --ignore=tests/browser --ignore=tests/faults $(printf -- '--ignore=%s ' $rules) || all=1
  exit $all
) >var/beside.log 2>&1 &
beside=$!
try rules .venv/bin/coverage run --append -m pytest $rules
rules_went=$?
try faults .venv/bin/pytest tests/faults
faults=$?
wait $beside
seen=$?
echo "Beside them, in the browser and of everything else:"
cat var/beside.log
[ $rules_went = 0 ] && [ $faults = 0 ] && [ $seen = 0 ]
