#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Gives every bundle below this directory its rootfs, or takes them away.
#
#   make-bundles.sh            makes what is missing
#   make-bundles.sh --clean    removes every rootfs
#   make-bundles.sh DIR...     makes what is missing below DIR only
set -euo pipefail

cd "$(dirname "$0")"

if [ "${1:-}" = --clean ]; then
  find bundles pods -type d -name rootfs -prune -exec rm -rf {} +
  rm -rf payload/build
  exit 0
fi

[ $# -gt 0 ] || set -- bundles pods
find "$@" -name rootfs -prune -o -name config.json -print | while IFS= read -r config; do
  bundle=${config%/config.json}
  # The last thing made tells that an earlier run got to its end.
  if [ ! -e "$bundle/rootfs/.complete" ]; then
    ./make-rootfs.sh "$bundle/rootfs"
    : >"$bundle/rootfs/.complete"
  fi
  # Sources of bind mounts; an empty directory is nothing that git keeps.
  if [ -d "$bundle/userdata" ]; then mkdir -p "$bundle/userdata/shm"; fi
done
