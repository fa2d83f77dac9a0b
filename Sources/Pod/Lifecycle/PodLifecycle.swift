// SPDX-License-Identifier: Apache-2.0

/// What can be done to pods, a file a verb.
package enum PodLifecycle {}
