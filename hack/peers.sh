#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Brings the newest of what Debian has of runp's company, from its unstable
# suite. Each argument names a set:
#
#   runtimes  crun and runc, as crun-latest and runc-latest: to measure against
#             and to check the integration tests with
#   engines   podman, containerd and docker, below engines/bin of the tools'
#             directory, with the protocol of Kubernetes' CRI as
#             engines/share/cri.proto: for Tests/integration/engines
#
# They come together with every library they need, in a directory of their own:
# the machine's own packages stay as they are. Needs root and apt. Does nothing
# for a set that is there.
set -euo pipefail

tools=${RUNP_TOOLS:-/opt/runp-tools}
bin=${RUNP_PEERS_BIN:-/usr/local/bin}
triplet=$(uname -m)-linux-gnu

# An apt of its own that believes nothing is installed, so that it resolves the
# whole set of libraries. The mirror may be a dated snapshot, hence no expiry.
own_apt() {
  local dir=$1 mirror
  mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
    grep -oE 'https?://[^ ]+/debian/?( |$)' | head -n 1 | tr -d ' ' || true)
  mirror=${mirror:-http://deb.debian.org/debian}
  mkdir -p "$dir"/lists/partial "$dir"/cache/archives/partial
  : >"$dir/status"
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror sid main" \
    >"$dir/sources.list"
  cat >"$dir/apt.conf" <<CONF
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "/nonexistent";
Dir::State::lists "$dir/lists";
Dir::State::status "$dir/status";
Dir::Cache "$dir/cache";
Acquire::Check-Valid-Until "false";
APT::Sandbox::User "root";
APT::Install-Recommends "false";
CONF
  export APT_CONFIG=$dir/apt.conf
  apt-get -qq update
}

# Unpacks packages with all they need into DIR/root: unpack DIR PACKAGE...
unpack() {
  local dir=$1 package
  shift
  if ! command -v patchelf >/dev/null; then
    DEBIAN_FRONTEND=noninteractive \
      apt-get -qq install -y --no-install-recommends patchelf </dev/null >/dev/null
  fi
  own_apt "$dir/apt"
  apt-get -qq install -y --download-only "$@" >/dev/null
  mkdir -p "$dir/root"
  for package in "$dir"/apt/cache/archives/*.deb; do
    dpkg -x "$package" "$dir/root"
  done
}

# The libraries' own loader must be the interpreter: a wrapper script would
# cost time, and all these programs run themselves again through /proc/self/exe.
# The directory is where it will be, the programs are still beside it.
mend() {
  local dir=$1 loader program
  shift
  loader=$(cd "$dir.new/root" && find -L "usr/lib/$triplet" usr/lib64 -name 'ld-linux*.so.*' 2>/dev/null |
    head -n 1)
  for program in "$@"; do
    patchelf --print-interpreter "$program" >/dev/null 2>&1 || continue
    patchelf --set-interpreter "$dir/root/$loader" --force-rpath \
      --set-rpath "$dir/root/usr/lib/$triplet" "$program"
  done
}

# The whole set appears at once, so that an interrupted run leaves none.
appear() {
  rm -rf "$1" "$1.new/apt"
  mv "$1.new" "$1"
}

runtimes() {
  local dir=$tools/peers peer
  if command -v crun-latest >/dev/null && command -v runc-latest >/dev/null; then return; fi
  rm -rf "$dir.new"
  unpack "$dir.new" crun runc
  for peer in crun runc; do
    cp "$(find "$dir.new/root/usr/bin" "$dir.new/root/usr/sbin" -name "$peer" -type f)" "$dir.new/$peer"
    mend "$dir" "$dir.new/$peer"
  done
  appear "$dir"
  for peer in crun runc; do
    install -m 755 "$dir/$peer" "$bin/$peer-latest"
    "$bin/$peer-latest" --version | head -n 1
  done
}

# Only what the tests call, and what that looks for in PATH, gets a name in bin.
engines() {
  local dir=$tools/engines name
  if [ -x "$dir/bin/podman" ]; then return; fi
  rm -rf "$dir.new"
  unpack "$dir.new" podman conmon netavark catatonit containerd docker.io docker-cli
  (cd "$dir.new/apt" && apt-get -qq download golang-k8s-cri-api-dev && dpkg -x golang-k8s-cri-api-dev_*.deb api)
  mkdir "$dir.new/bin" "$dir.new/share"
  # Debian 12's protoc does not know this option, which is for Go's printing.
  sed 's/ \[debug_redact = true\]//' \
    "$dir.new/apt/api/usr/share/gocode/src/k8s.io/cri-api/pkg/apis/runtime/v1/api.proto" \
    >"$dir.new/share/cri.proto"
  mend "$dir" "$dir.new"/root/usr/{bin,sbin,lib/podman,libexec/podman}/*
  for name in bin/{podman,conmon,catatonit,containerd,containerd-shim-runc-v2,ctr,docker,docker-init} \
    sbin/{dockerd,docker-proxy}; do
    ln -s "../root/usr/$name" "$dir.new/bin/${name##*/}"
  done
  # What podman does not look for in PATH. The rest it takes from the machine's
  # own podman, as the policy for images.
  cat >"$dir.new/share/containers.conf" <<CONF
[engine]
conmon_path = ["$dir/bin/conmon"]
helper_binaries_dir = ["$dir/root/usr/libexec/podman", "$dir/root/usr/lib/podman"]
CONF
  appear "$dir"
  for name in podman containerd dockerd; do "$dir/bin/$name" --version; done
}

for name in "$@"; do
  case $name in
    runtimes | engines) ;;
    *)
      echo "peers: no set called $name: runtimes, engines" >&2
      exit 2
      ;;
  esac
  # In a shell of its own, for apt's configuration.
  ("$name")
done
