// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <yajl/yajl_gen.h>
#include <yajl/yajl_parse.h>
