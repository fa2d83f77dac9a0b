#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What commands cost is as hack/counts.txt has it: system calls, executed programs,
# processes, opened files, page faults, and the program's size. None depends on how
# fast or busy the machine is. The record is of what `make static` builds.

load helpers

counts=$BATS_TEST_DIRNAME/../../hack/counts.sh

setup_file() {
  if [ "$RUNTIME_NAME" = runp ]; then timeout -k 5 300 "$counts" measure "$BATS_FILE_TMPDIR/counts" 3>&-; fi
}

prepare() { runp_only "the record is of runp"; }

as_recorded() { "$counts" compare "$BATS_FILE_TMPDIR/counts" "$1"; }

@test "the program is as large as recorded" { as_recorded program; }
@test "run costs what is recorded" { as_recorded run; }
@test "create costs what is recorded" { as_recorded create; }
@test "start costs what is recorded" { as_recorded start; }
@test "exec costs what is recorded" { as_recorded exec; }
@test "state costs what is recorded" { as_recorded state; }
@test "a list of five costs what is recorded" { as_recorded "list of 5"; }
@test "kill costs what is recorded" { as_recorded kill; }
@test "delete costs what is recorded" { as_recorded delete; }
@test "pod create costs what is recorded" { as_recorded "pod create of 3"; }
@test "pod start costs what is recorded" { as_recorded "pod start of 3"; }
@test "pod delete costs what is recorded" { as_recorded "pod delete of 3"; }
