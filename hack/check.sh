#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# The checks that need neither root nor a container: formatting, what the
# product may not contain, doc comments, shell scripts, warnings. `make check`
# builds the static binary first; its unstripped form is looked at here.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

swift=${SWIFT:-swift}
linked=build/runp.unstripped
failures=0

# Prints a check's output only when it fails.
check() {
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    printf 'check: %-14s ok\n' "$name"
  else
    printf 'check: %-14s FAILED\n%s\n' "$name" "$output"
    failures=$((failures + 1))
  fi
}

format() {
  swift format lint --strict -r Sources Tests Package.swift
}

# After a raw clone3 the child goes on in Swift: no library may have started a
# thread, and each of these either does or costs start-up time.
imports() {
  ! grep -rnE --include='*.swift' \
    '^[[:space:]]*(@[A-Za-z_]+(\([^)]*\))?[[:space:]]+)*((public|package|internal|fileprivate|private)[[:space:]]+)?import[[:space:]]+((struct|class|enum|protocol|func|var|let|typealias)[[:space:]]+)?(Foundation[A-Za-z]*|Dispatch|_Concurrency|ArgumentParser)\b' \
    Sources
}

# Nothing of Swift's runtime, and of no library that needs it.
symbols() {
  [ -f "$linked" ] || { echo "$linked is not there: make static" && return 1; }
  local found
  found=$(nm "$linked" | grep -E \
    -e ' \$[es](10Foundation|20FoundationEssentials|8Dispatch|14ArgumentParser)' \
    -e ' [TtWw] swift_(get(Type|Generic)|conformsToProtocol|instantiate|task_|job_|continuation_)' \
    -e ' [TtWw] (_?dispatch_|_swift_(installCrashHandler|spawnBacktracer))' |
    awk '{ print $3 }' | sort -u | head -n 20)
  [ -z "$found" ] || { printf 'in %s:\n%s\n' "$linked" "$found" && return 1; }
}

static_binary() {
  ! readelf -lW "$linked" | grep -w INTERP
}

# What hack/order.sh has found to be used together lies together, and most of it
# is still there. A few names are those of several functions.
layout() {
  local places count first last
  mapfile -t places < <(nm "$linked" |
    awk 'NR == FNR { wanted[$1]; next } $2 ~ /[tT]/ && $3 in wanted { print $1 }' hack/order.txt - | sort)
  count=${#places[@]}
  if [ "$count" -lt $(($(wc -l <hack/order.txt) / 2)) ]; then
    echo "few of the names in hack/order.txt are left: make order"
    return 1
  fi
  first=$((16#${places[count / 20]})) last=$((16#${places[count * 19 / 20]}))
  if [ $((last - first)) -gt $((4 << 20)) ]; then
    echo "what is used together is spread over $(((last - first) >> 10)) KiB"
    return 1
  fi
}

# swift-format knows public declarations only; between the modules of runp the
# access level is package. Members that a well-known protocol asks for inherit
# that protocol's documentation.
doc_comments() {
  find Sources -name '*.swift' -print0 | xargs -0 awk '
    FNR == 1 { documented = 0 }
    /^[[:space:]]*\/\/\// { documented = 1; next }
    /^[[:space:]]*(@[A-Za-z]|\/\/|#(if|else|elseif|endif))/ && !/[[:space:]](func|var|let|init|struct|enum|class|protocol|typealias|subscript|case)[[:space:](]/ { next }
    /^[[:space:]]*([a-z@][A-Za-z()@]*[[:space:]]+)*(package|public)[[:space:]]/ && !/import[[:space:]]/ &&
      !/ (var|let) (rawValue|description|debugDescription|errorDescription)[: ]/ &&
      !/ init\??\((rawValue|json|[a-z]+Literal)[: ]/ &&
      !/ func (==|<|hash\(into|makeIterator|next\(\))/ {
      if (!documented) { printf "%s:%d: no doc comment:%s\n", FILENAME, FNR, $0; bad = 1 }
    }
    { documented = 0 }
    END { exit bad }'
}

licenses() {
  local file bad=0
  while IFS= read -r file; do
    head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
      { echo "$file: no SPDX line at its top" && bad=1; }
  done < <(git ls-files -co --exclude-standard -- '*.swift' '*.[ch]' '*.sh' '*.bats' '*.bash' '*.py' Makefile .ci/run)
  return $bad
}

scripts() {
  local files
  mapfile -t files < <(git ls-files -co --exclude-standard -- '*.sh' '*.bats' '*.bash' .ci/run)
  shellcheck -x -S warning "${files[@]}"
}

warnings() {
  RUNP_STRICT=${RUNP_STRICT:-1} "$swift" build --build-tests
}

check format format
check imports imports
check symbols symbols
check static static_binary
check layout layout
check doc-comments doc_comments
check licenses licenses
if command -v shellcheck >/dev/null; then
  check scripts scripts
else
  printf 'check: %-14s skipped, shellcheck is not installed\n' scripts
fi
check warnings warnings

[ "$failures" = 0 ]
