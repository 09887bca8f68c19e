#!/bin/sh
# The system packages that tests need: used where present, else installed where that is allowed.
set -eu
want=""
command -v chromium-headless-shell >/dev/null 2>&1 || command -v chromium >/dev/null 2>&1 || want="$want chromium-headless-shell"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || want="$want postgresql"
fc-list 2>/dev/null | grep -qi "NotoSansArabic\|Noto Sans Arabic" || want="$want fonts-noto-core fontconfig"
[ -z "$want" ] && exit 0
if [ "$(id -u)" = 0 ]; then run=""; else run="sudo -n"; fi
echo "Installing for the tests:$want"
$run apt-get update -qq && DEBIAN_FRONTEND=noninteractive $run apt-get install -y -qq $want >/dev/null || {
  echo "Install these first, then run make check again:$want" >&2; exit 1; }
