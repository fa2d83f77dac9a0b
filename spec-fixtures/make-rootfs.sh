#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes a small root filesystem in DIR from the machine's static busybox.
#
#   make-rootfs.sh DIR
#
# BUSYBOX names another busybox; it must be statically linked. Where a C
# compiler is at hand, /bin/queue (payload/queue.c) is in it too. Needs no root.
# The files are copies and never links to the machine's own, so whatever a
# container does to them stays in DIR.
set -euo pipefail

if [ $# -ne 1 ]; then
  echo "usage: $0 DIR" >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
root=$1

busybox=${BUSYBOX:-}
for candidate in /bin/busybox /usr/bin/busybox; do
  if [ -z "$busybox" ] && [ -x "$candidate" ]; then busybox=$candidate; fi
done
if [ -z "$busybox" ]; then
  echo "$0: no busybox: apt-get install busybox-static" >&2
  exit 1
fi

rm -rf "$root"
umask 022
mkdir -p "$root"
cd "$root"
mkdir -p bin dev etc home mnt proc root run srv sys tmp var/log var/tmp www
chmod 1777 tmp var/tmp
chmod 700 root
ln -s bin sbin
mkdir usr
ln -s ../bin usr/bin
ln -s ../bin usr/sbin
ln -s ../run var/run

cp "$busybox" bin/busybox
# The hard links are made in one go, by the copy itself.
if ! ./bin/busybox --install "$PWD/bin" 2>/dev/null; then
  echo "$0: $busybox cannot install its applets; is it static?" >&2
  exit 1
fi

printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'daemon:x:1:1:daemon:/:/bin/false' \
  'app:x:1000:1000:app:/home:/bin/sh' 'nobody:x:65534:65534:nobody:/:/bin/false' >etc/passwd
printf '%s\n' 'root:x:0:' 'daemon:x:1:' 'tty:x:5:' 'app:x:1000:' 'extra:x:2000:app' \
  'nogroup:x:65534:' >etc/group
printf '%s\n' '127.0.0.1 localhost' '::1 localhost' >etc/hosts
echo 'hello from the pod' >www/index.html
chown 1000:1000 home 2>/dev/null || true

# The compiler's output is kept beside its source and copied from there.
queue=$here/payload/build/queue
if [ ! "$queue" -nt "$here/payload/queue.c" ] && command -v cc >/dev/null; then
  mkdir -p "$here/payload/build"
  cc -O2 -Wall -static -s -o "$queue.$$" "$here/payload/queue.c"
  mv "$queue.$$" "$queue"
fi
if [ -x "$queue" ]; then cp "$queue" bin/queue; fi
