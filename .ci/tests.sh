#!/bin/sh
# Every test: each job of one list is taken as soon as there is room for it, three at a time on two cores, for many wait more than
# they compute. What fails is tried once more by itself, since servers, browsers and killed processes share the machine with
# others; both runs are shown.
#
#   sh .ci/tests.sh          all
#   sh .ci/tests.sh JOB      one of them: rules, faults, history, web, others or a file of tests/browser
set -u
# Following every line makes a test take twice as long: only where the rules are tried.
rules="tests/domain tests/actions tests/houses tests/screens tests/test_history.py
  tests/web/test_journey.py tests/web/test_onward.py tests/web/test_visits.py"
apart="$(printf -- '--ignore=%s ' $rules)"

if [ $# = 0 ]; then
  mkdir -p var/tried
  .venv/bin/coverage erase
  { printf '%s\n' faults rules history web others; ls tests/browser/test_*.py; } | xargs -n 1 -P 3 sh "$0"
  exit
fi

case "$1" in
  rules) set -- "$1" .venv/bin/coverage run --append -m pytest $rules ;;
  history) set -- "$1" .venv/bin/pytest tests/test_history.py ;;
  faults) set -- "$1" .venv/bin/pytest tests/faults ;;
  web) set -- "$1" .venv/bin/pytest tests/web $apart ;;
  others) set -- "$1" .venv/bin/pytest tests --ignore=tests/browser --ignore=tests/faults --ignore=tests/web $apart ;;
  # A browser that never answers a key, as happens now and then, is ended and its file tried again.
  *) set -- "$(basename "$1" .py)" timeout --kill-after=10 300 .venv/bin/pytest "$1" ;;
esac
name="$1"
shift
log="var/tried/$name.log"
set -- "$@" -o addopts="-q --strict-markers" -o cache_dir="var/tried/$name"
{ "$@" || { echo "Once more, what failed:" && "$@" --lf; }; } >"$log" 2>&1
went=$?
echo "== $name"
cat "$log"
exit $went
