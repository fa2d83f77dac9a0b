// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <yajl/yajl_parse.h>

// yajl_config is variadic, which Swift cannot call.
static inline int cyajl_enable(yajl_handle handle, yajl_option option) {
  return yajl_config(handle, option, 1);
}
