#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs a command in a virtual machine with Debian's kernel and a whole cgroup
# v2, on this machine's file system, or on Debian's with systemd as PID 1:
#
#   hack/vm.sh [OPTION...] [--] CMD [ARG...]
#
#   --systemd     the machine with systemd, see below
#   --timeout S   end the machine after S seconds (default 600)
#   --first S     CMD writes to standard output within S seconds; if it does not,
#                 or ends without, the machine is started once more
#   --silence S   end the machine when both streams are silent for S seconds
#   --rw          writes below the current directory reach this machine; the
#                 rest, and without --rw everything, stays in the machine
#   --cpus N      default 2
#   --memory M    default 2G, with systemd 3G
#   --kvm WHEN    auto (default), never
#
# CMD runs as root in the current directory, with /tmp and /run of its own, the
# loopback up and no standard input. Its output, both streams apart, and its
# exit status are those of this script. Other exit statuses:
#
#   77    the machine cannot start here; the reason is on standard error
#   124   the time is up, or it was silent for too long
#
# A machine that is ended for its silence first tells what its kernel does.
# hack/setup.sh vm installs what it needs. Under emulation the machine is up
# after half a minute and then some ten times slower than this one.
#
# The machine with systemd, which hack/setup.sh systemd makes, has programs of
# its own: Debian 12 with podman, and the user `plain`, whose systemd runs. The
# current directory is at its place, the rest of this machine read-only below
# /host. build/runp is installed as /usr/local/bin/runp, which podman calls.
set -uo pipefail

cannot_start=77
time_is_up=124
timeout=600
first=
silence=
cpus=2
memory=
systemd=
kvm=auto
writable=
tools=${RUNP_TOOLS:-/opt/runp-tools}

say() { printf 'vm: %s\n' "$*" >&2; }

unable() {
  say "cannot start: $*"
  exit "$cannot_start"
}

usage() {
  sed -n 's/^# \{0,1\}//; 4,27p' "$0" >&2
  exit 2
}

while [ $# -gt 0 ]; do
  case $1 in
    --timeout | --first | --silence | --cpus | --memory | --kvm)
      [ $# -gt 1 ] || usage
      case $1 in
        --timeout) timeout=$2 ;;
        --first) first=$2 ;;
        --silence) silence=$2 ;;
        --cpus) cpus=$2 ;;
        --memory) memory=$2 ;;
        --kvm) kvm=$2 ;;
      esac
      shift
      ;;
    --rw) writable=yes ;;
    --systemd) systemd=yes ;;
    --) shift && break ;;
    -*) usage ;;
    *) break ;;
  esac
  shift
done
[ $# -gt 0 ] || usage
memory=${memory:-${systemd:+3G}}
memory=${memory:-2G}

qemu=$(command -v qemu-system-x86_64) || unable "no qemu-system-x86_64: hack/setup.sh vm"
if [ -n "$systemd" ]; then
  disk=$("$(dirname "$0")/systemd-disk.sh" --path)
  [ -r "$disk/disk.img" ] || unable "no disk: hack/setup.sh systemd"
  kernel=$disk/vmlinuz
else
  vng=$(command -v vng || echo "$tools/vng/bin/vng")
  [ -x "$vng" ] || unable "no vng: hack/setup.sh vm"
  # It calls its siblings by name.
  PATH=$(dirname "$vng"):$PATH
  kernel=${RUNP_KERNEL:-}
  for candidate in "$tools"/kernel/boot/vmlinuz-* /boot/vmlinuz-*-amd64; do
    if [ -z "$kernel" ] && [ -r "$candidate" ]; then kernel=$candidate; fi
  done
  [ -n "$kernel" ] || unable "no kernel: hack/setup.sh vm"
fi

scratch=$(mktemp -d)
machine=
# The machine has a process group of its own. Its parts reap one another when
# they are asked to end.
end_machine() {
  kill -TERM -- "-$machine" 2>/dev/null
  for _ in {1..30}; do
    kill -0 -- "-$machine" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL -- "-$machine" 2>/dev/null
}

# shellcheck disable=SC2317 # called by the trap
clean_up() {
  trap - EXIT INT TERM HUP
  if [ -n "$machine" ]; then end_machine; fi
  rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# A /dev/kvm that opens proves nothing: inside another virtual machine it often
# cannot run a single instruction. Only a kernel that speaks does. Without a
# root file system that kernel panics at once, and the panic ends the machine.
kvm_works() {
  [ -r /dev/kvm ] && [ -w /dev/kvm ] || return 1
  timeout -k 1 5 "$qemu" -accel kvm -machine q35 -cpu host -m 256 -nodefaults -no-reboot \
    -display none -serial stdio -monitor none -kernel "$kernel" \
    -append 'console=ttyS0 earlyprintk=ttyS0 panic=-1' </dev/null 2>/dev/null |
    grep -q 'Linux version'
}

emulated=
if [ "$kvm" = never ] || ! kvm_works; then
  say "no working KVM, emulating"
  emulated=yes
fi

# Both streams start with this line, once the machine is up; what comes before
# is the machine's, and what comes after is the command's alone.
token=runp-vm-$$-$RANDOM$RANDOM
printf 'here=%q writable=%q tools=%q\n' "$PWD" "$writable" "$tools" >"$scratch/prepare.sh"
prepare_plain() {
  cat >>"$scratch/prepare.sh" <<'GUEST'
mountpoint -q /sys/fs/cgroup || mount -t cgroup2 none /sys/fs/cgroup
ip link set lo up
mountpoint -q /run || mount -t tmpfs tmpfs /run
cached=(/usr/bin /usr/sbin /usr/libexec /usr/lib/gcc /usr/lib/bats-core "/usr/lib/$(uname -m)-linux-gnu"
  /usr/lib/python3* "$tools/engines")
if [ -z "$writable" ] && [ "$here" != / ]; then cached+=("$here"); fi
mkdir /run/runp-host
if mount -t 9p -o ro,trans=virtio,version=9p2000.L,access=any,msize=524288,cache=loose \
  runp /run/runp-host; then
  for dir in "${cached[@]}"; do
    if [ -d "$dir" ]; then mount --bind "/run/runp-host$dir" "$dir"; fi
  done
  umount -l /run/runp-host
fi
# A working tree below /tmp stays visible there.
case $here/ in
  /tmp/*)
    mkdir /run/runp-tree
    mount --bind "$here" /run/runp-tree
    mount -t tmpfs -o mode=1777 tmpfs /tmp
    mkdir -p "$here"
    mount --bind /run/runp-tree "$here"
    umount /run/runp-tree
    rmdir /run/runp-tree
    ;;
  *) mount -t tmpfs -o mode=1777 tmpfs /tmp ;;
esac
rmdir /run/runp-host
GUEST
}

prepare_systemd() {
  cat >>"$scratch/prepare.sh" <<'GUEST'
if [ -n "$writable" ]; then
  mkdir -p "$here"
  mount -t 9p -o trans=virtio,version=9p2000.L,access=any,msize=524288 runp-here "$here"
elif [ "$here" != / ]; then
  mkdir -p "$here"
  mount --bind "/host$here" "$here"
fi
if [ -x "$here/build/runp" ]; then install -m 755 "$here/build/runp" /usr/local/bin/runp; fi
GUEST
}

# What runs the command. With systemd the streams and the exit status have a port
# each, which only one process can open: others may open /dev/stderr anew.
command_plain() {
  cat >"$scratch/guest.sh" <<GUEST
. $(printf %q "$scratch/prepare.sh") >/run/runp-prepare.log 2>&1
export HOME=/root TMPDIR=/tmp PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
cd $(printf %q "$PWD") || exit 126
echo $token
echo $token >&2
exec$(printf ' %q' "$@")
GUEST
}

command_systemd() {
  cat >"$scratch/guest.sh" <<GUEST
. $(printf %q "/host$scratch/prepare.sh") >/run/runp-prepare.log 2>&1
export HOME=/root TMPDIR=/tmp PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
ports=/dev/virtio-ports
for _ in {1..100}; do
  if [ -e \$ports/runp.status ] && [ -e \$ports/runp.out ] && [ -e \$ports/runp.err ]; then break; fi
  sleep 0.1
done
mkfifo /run/runp-out /run/runp-err
cat </run/runp-out >\$ports/runp.out &
out=\$!
cat </run/runp-err >\$ports/runp.err &
err=\$!
(
  echo $token
  echo $token >&2
  cd $(printf %q "$PWD") || exit 126
  exec$(printf ' %q' "$@")
) </dev/null >/run/runp-out 2>/run/runp-err
status=\$?
# Something that still runs may hold the streams.
for _ in {1..30}; do
  kill -0 \$out 2>/dev/null || kill -0 \$err 2>/dev/null || break
  sleep 0.1
done
echo \$status >\$ports/runp.status
GUEST
}

# A plain processor: the C library picks vector instructions when it finds them,
# and those are the slowest to emulate.
run_plain() {
  local options=(--user root --cpus "$cpus" --memory "$memory")
  if [ -n "$emulated" ]; then
    options+=(--disable-kvm --append mitigations=off --qemu-opts='-cpu Nehalem')
  fi
  options+=(--append "$on_nmi" --qemu-opts="-monitor pipe:$scratch/monitor")
  if [ -n "$writable" ]; then options+=(--rwdir "$PWD"); fi
  # The file system once more, for the machine to cache: virtme-ng's own mount
  # fetches a program anew whenever it is executed.
  options+=(--qemu-opts="-fsdev local,id=runp,path=/,${shared}readonly=on -device virtio-9p-pci,fsdev=runp,mount_tag=runp")
  TMPDIR=$scratch exec timeout -k 5 "$left" "$vng" --run "$kernel" "${options[@]}" \
    --exec "bash $(printf %q "$scratch/guest.sh")"
}

run_systemd() {
  local options=(-accel kvm -cpu host) port
  if [ -n "$emulated" ]; then options=(-accel "tcg,thread=multi" -cpu Nehalem); fi
  options+=(-machine q35 -smp "$cpus" -m "$memory" -nodefaults -no-reboot -display none)
  options+=(-monitor "pipe:$scratch/monitor" -serial "file:$scratch/serial.log" -device virtio-serial-pci)
  for port in out err status; do
    options+=(-chardev "file,id=$port,path=$scratch/$port")
    options+=(-device "virtserialport,chardev=$port,name=runp.$port")
  done
  # What is written goes to a file without a name in the scratch directory.
  options+=(-drive "file=$disk/disk.img,format=raw,if=virtio,cache=unsafe,snapshot=on")
  options+=(-fsdev "local,id=runp,path=/,${shared}readonly=on")
  options+=(-device "virtio-9p-pci,fsdev=runp,mount_tag=runp")
  if [ -n "$writable" ]; then
    options+=(-fsdev "local,id=here,path=$PWD,${shared%,}")
    options+=(-device "virtio-9p-pci,fsdev=here,mount_tag=runp-here")
  fi
  TMPDIR=$scratch exec timeout -k 5 "$left" "$qemu" "${options[@]}" \
    -kernel "$kernel" -initrd "$disk/initrd.img" -append "root=/dev/vda rw console=ttyS0 quiet \
mitigations=off $on_nmi panic=-1 systemd.show_status=false runp.script=$scratch/guest.sh"
}
# All processors' and all tasks' stacks.
on_nmi="unknown_nmi_panic panic_print=65"
shared=security_model=none,multidevs=remap,
kind=${systemd:+systemd}
kind=${kind:-plain}
"prepare_$kind"
"command_$kind" "$@"

# Copies what follows the token, also to a file, and keeps what precedes it.
after_token() {
  local line
  while IFS= read -r line; do
    if [ "${line%$'\r'}" = "$token" ]; then
      : >"$scratch/started"
      exec tee "$scratch/said.$1"
    fi
    printf '%s\n' "$line" >>"$scratch/boot.log"
  done
}

last_words() { tail -qn "$1" "$scratch"/{serial,boot}.log >&2 2>/dev/null; }

# Where a machine that says nothing stands: the processors' program counters, and
# what the kernel tells when it panics, as it does for an interrupt that none can
# mask. That ends the machine.
tell_where() {
  local reader
  timeout 12 cat "$scratch/monitor.out" >"$scratch/answer" &
  reader=$!
  # virtme-ng has the console lead nowhere.
  printf '%s\n' "info registers -a" "chardev-change console file,path=$scratch/serial.log" nmi 1<>"$scratch/monitor.in"
  for _ in {1..10}; do
    kill -0 "$machine" 2>/dev/null || break
    sleep 1
  done
  kill "$reader" 2>/dev/null
  grep -aE '^(CPU#|RIP)' "$scratch/answer" >&2 || say "the emulator does not answer"
  # Without the kernel's own threads that wait, and the scheduler's figures.
  awk '/ task:/ { skip = / state:[IS] .* ppid:2 / }
    / Sched Debug / { skip = 1 }
    / (Kernel panic|Kernel Offset|NMI backtrace|Sending NMI)/ { skip = 0 }
    !skip' "$scratch/serial.log" 2>/dev/null | tail -n 600 >&2
}

# Waits for the machine, and ends it when it is silent for too long.
watch_machine() {
  local begun=$SECONDS heard=$SECONDS sizes='' before='' why
  while kill -0 "$machine" 2>/dev/null; do
    sleep 1
    sizes=$(stat -c %s "$scratch"/said.* 2>/dev/null)
    if [ "$sizes" != "$before" ]; then heard=$SECONDS; fi
    before=$sizes
    if [ -n "$first" ] && [ ! -s "$scratch/said.out" ] && [ $((SECONDS - begun)) -ge "$first" ]; then
      why="not a line on standard output for $first seconds"
    elif [ -n "$silence" ] && [ $((SECONDS - heard)) -ge "$silence" ]; then
      why="silent for $silence seconds"
    else
      continue
    fi
    say "$why; where it stands:"
    tell_where
    end_machine
    return "$time_is_up"
  done
  wait "$machine"
}

# One life of the machine. The emulator opens /proc/self/fd/1 and 2 anew and
# would truncate a file there, so it only ever sees pipes. timeout puts it in a
# group of its own.
live() {
  local out err
  rm -f "$scratch"/{started,said.out,said.err,boot.log,serial.log,status}
  mkfifo "$scratch"/{out,err,monitor.in,monitor.out}
  after_token out <"$scratch/out" &
  out=$!
  after_token err <"$scratch/err" >&2 &
  err=$!
  "run_$kind" </dev/null >"$scratch/out" 2>"$scratch/err" &
  machine=$!
  watch_machine
  status=$?
  wait "$out" "$err"
  machine=
  rm "$scratch"/{out,err,monitor.in,monitor.out}
}

deadline=$((SECONDS + timeout))
left=$timeout
live
if [ -n "$first" ] && [ ! -s "$scratch/said.out" ]; then
  left=$((deadline - SECONDS))
  if [ "$left" -gt 0 ]; then
    say "it ended before its first line (status $status), so once more"
    last_words 20
    live
  fi
fi

if [ ! -e "$scratch/started" ]; then
  last_words 20
  [ "$status" = "$time_is_up" ] && unable "it was not up in time"
  unable "it ended before the command began (status $status)"
fi
if [ "$status" = "$time_is_up" ]; then
  say "ended after $((SECONDS - deadline + timeout)) seconds"
elif [ -n "$systemd" ]; then
  read -r status <"$scratch/status" || {
    say "the machine ended before the command did"
    tail -n 20 "$scratch/serial.log" >&2
    status=1
  }
fi
exit "$status"
