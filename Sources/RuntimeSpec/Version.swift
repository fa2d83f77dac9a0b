// SPDX-License-Identifier: Apache-2.0

/// The version of the runtime specification that runp follows.
package let specVersion = "1.3.0"
