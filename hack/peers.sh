#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the newest crun and runc that Debian has as crun-latest and
# runc-latest, to measure against and to check the integration tests with.
#
# They come from Debian's unstable suite together with every library they
# need, in a directory of their own: the machine's own packages stay as they
# are. Needs root and apt. Does nothing when both are there.
set -euo pipefail

tools=${RUNP_TOOLS:-/opt/runp-tools}
bin=${RUNP_PEERS_BIN:-/usr/local/bin}
dir=$tools/peers

if command -v crun-latest >/dev/null && command -v runc-latest >/dev/null; then
  exit 0
fi

if ! command -v patchelf >/dev/null; then
  DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install -y --no-install-recommends patchelf </dev/null >/dev/null
fi

mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
  grep -oE 'https?://[^ ]+/debian/?( |$)' | head -n 1 | tr -d ' ' || true)
mirror=${mirror:-http://deb.debian.org/debian}

# An apt of its own that believes nothing is installed, so that it resolves the
# whole set of libraries. The mirror may be a dated snapshot, hence no expiry.
rm -rf "$dir.new"
mkdir -p "$dir.new"/apt/lists/partial "$dir.new"/apt/cache/archives/partial "$dir.new/root"
: >"$dir.new/apt/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" \
  >"$dir.new/apt/sources.list"
cat >"$dir.new/apt/apt.conf" <<CONF
Dir::Etc::sourcelist "$dir.new/apt/sources.list";
Dir::Etc::sourceparts "/nonexistent";
Dir::State::lists "$dir.new/apt/lists";
Dir::State::status "$dir.new/apt/status";
Dir::Cache "$dir.new/apt/cache";
Acquire::Check-Valid-Until "false";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
CONF
export APT_CONFIG=$dir.new/apt/apt.conf
apt-get -qq update
apt-get -qq install -y --download-only crun runc >/dev/null
for package in "$dir.new"/apt/cache/archives/*.deb; do
  dpkg -x "$package" "$dir.new/root"
done
rm -rf "$dir" "$dir.new/apt"
mv "$dir.new" "$dir"

# The libraries' own loader must be the interpreter: a wrapper script would
# cost time, and both programs run themselves again through /proc/self/exe.
triplet=$(uname -m)-linux-gnu
loader=$(find -L "$dir/root/usr/lib/$triplet" "$dir/root/usr/lib64" -name 'ld-linux*.so.*' \
  2>/dev/null | head -n 1)
for peer in crun runc; do
  program=$(find "$dir/root/usr/bin" "$dir/root/usr/sbin" -name "$peer" | head -n 1)
  cp "$program" "$dir/$peer"
  patchelf --set-interpreter "$loader" --force-rpath \
    --set-rpath "$dir/root/usr/lib/$triplet" "$dir/$peer"
  install -m 755 "$dir/$peer" "$bin/$peer-latest"
  "$bin/$peer-latest" --version | head -n 1
done
