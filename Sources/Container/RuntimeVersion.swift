// SPDX-License-Identifier: Apache-2.0

/// The version of runp, by Semantic Versioning.
package let runtimeVersion = "0.1.0"
