#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs what building and testing runp needs on Debian 12 or newer, and
# nothing when it is all there. Each argument names a set:
#
#   build   compiler driver, headers and static libraries that runp links
#   test    what `make check` and `make integration` call
#   demo    what the fixtures need
#   engines podman and containerd, which the tests have call runp, and where there
#           is a network the newest of both, and docker
#   vm      the emulator, a kernel and virtme-ng for hack/vm.sh
#   systemd the emulator and a disk for hack/vm.sh --systemd
#   bench   the timing driver's needs and the newest crun and runc
#   profile perf, and what the benchmark's containers need
#
# Without an argument: build and test. Swift itself comes from swift.org.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
tools=${RUNP_TOOLS:-/opt/runp-tools}
virtme_ng=virtme-ng==1.42

say() { printf 'setup: %s\n' "$*" >&2; }
die() {
  say "$*"
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "root or sudo is needed to run: $*"
  fi
}

# Prints those of its arguments that are not installed.
missing() {
  local name
  for name in "$@"; do
    case $(dpkg-query -W -f='${db:Status-Abbrev}' "$name" 2>/dev/null || true) in
      ii* | hi*) ;;
      *) printf '%s\n' "$name" ;;
    esac
  done
}

# The package lists are fetched once at most, and only when they are stale.
updated=
refresh() {
  [ -z "$updated" ] || return 0
  updated=yes
  as_root apt-get -qq update || say "apt-get update failed; going on with the lists there are"
}

packages() {
  local wanted
  wanted=$(missing "$@")
  [ -n "$wanted" ] || return 0
  command -v apt-get >/dev/null ||
    die "these are missing and there is no apt-get: ${wanted//$'\n'/ }"
  say "installing ${wanted//$'\n'/ }"
  # shellcheck disable=SC2086 # one word a package
  install_packages $wanted || { refresh && install_packages $wanted; }
}

install_packages() {
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install -y --no-install-recommends "$@" </dev/null >/dev/null
}

set_build() {
  packages make git binutils gcc g++ libc6-dev libseccomp-dev libcap-dev libyajl-dev libdbus-1-dev pkgconf
  command -v swift >/dev/null ||
    die "swift is not in PATH: install Swift 6.3 or newer from https://www.swift.org/install/linux/"
}

set_test() {
  packages bats jq busybox-static shellcheck iproute2 procps util-linux python3 strace uidmap
}

set_demo() {
  packages busybox-static
}

set_engines() {
  packages podman conmon containerd uidmap jq util-linux python3-grpcio python3-protobuf protobuf-compiler
  as_root env RUNP_TOOLS="$tools" "$here/peers.sh" engines ||
    say "the newest engines cannot be fetched: their tests are skipped"
}

# A kernel is unpacked, not installed: installing one would build an initrd,
# touch the boot loader, and change what the machine boots next.
set_vm() {
  packages qemu-system-x86 python3 python3-venv kmod udev file busybox-static iproute2 bats jq
  if ! compgen -G '/boot/vmlinuz-*-amd64' >/dev/null &&
    ! compgen -G "$tools/kernel/boot/vmlinuz-*" >/dev/null; then
    unpack_kernel
  fi
  if ! command -v vng >/dev/null && [ ! -x "$tools/vng/bin/vng" ]; then
    say "installing virtme-ng in $tools/vng"
    as_root mkdir -p "$tools"
    as_root python3 -m venv "$tools/vng"
    as_root "$tools/vng/bin/pip" -q install --disable-pip-version-check "$virtme_ng"
  fi
}

unpack_kernel() {
  local image scratch
  refresh
  image=$(apt-cache depends linux-image-amd64 |
    sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
  [ -n "$image" ] || die "apt knows no linux-image-amd64"
  say "unpacking $image in $tools/kernel"
  scratch=$(mktemp -d)
  (cd "$scratch" && apt-get -qq -o APT::Sandbox::User=root download "$image" && dpkg -x ./*.deb kernel) ||
    { rm -rf "$scratch" && die "cannot fetch $image"; }
  as_root mkdir -p "$tools"
  as_root rm -rf "$tools/kernel"
  # Through a copy, so that an interrupted run leaves nothing that looks whole.
  as_root cp -r "$scratch/kernel" "$tools/kernel.new"
  as_root mv "$tools/kernel.new" "$tools/kernel"
  rm -rf "$scratch"
}

# mke2fs, of e2fsprogs, fills a disk without a loop device or a mount.
set_systemd() {
  packages qemu-system-x86 mmdebstrap e2fsprogs
  as_root env RUNP_TOOLS="$tools" "$here/systemd-disk.sh"
}

set_bench() {
  packages python3 jq busybox-static util-linux strace gcc libc6-dev
  as_root env RUNP_TOOLS="$tools" "$here/peers.sh" runtimes
}

set_profile() {
  packages linux-perf binutils python3 busybox-static
}

[ $# -gt 0 ] || set -- build test
for name in "$@"; do
  case $name in
    build | test | demo | engines | vm | systemd | bench | profile) "set_$name" ;;
    *) die "no set called $name: build, test, demo, engines, vm, systemd, bench, profile" ;;
  esac
done
