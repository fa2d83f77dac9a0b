#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Makes the root directory that every test's bundle is a hard-linked copy of:
#
#   rootfs.sh DIRECTORY PROBE

set -eu

dir=$1 probe=$2
busybox=$(command -v busybox)
mkdir -p "$dir"
cd "$dir"
mkdir -p bin dev etc home/alice proc root run sys tmp usr/bin var
chmod 1777 tmp
cp "$busybox" bin/busybox
cp "$probe" bin/probe
for applet in sh cat ls echo true false sleep env id mkdir touch head grep mount umount ps stat \
  readlink printenv test kill hostname nc; do
  ln -s busybox "bin/$applet"
done
printf 'root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000:Alice:/home/alice:/bin/sh\n' >etc/passwd
printf 'root:x:0:\nalice:x:1000:\nwheel:x:10:alice\n' >etc/group
echo not-a-program >bin/text
chmod 755 bin/text
echo '#!/bin/sh' >bin/locked
chmod 644 bin/locked
printf '#!/no/such/interpreter\n' >bin/orphan
chmod 755 bin/orphan
