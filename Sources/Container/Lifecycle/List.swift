// SPDX-License-Identifier: Apache-2.0

package import Kernel

extension Lifecycle {
  /// All containers, sorted by ID.
  ///
  /// Those that are deleted meanwhile are left out, and annotations kept only if
  /// they are wanted. One whose record is damaged, or whose directory cannot be
  /// believed, is said to be with the context's `warn`.
  package static func list(
    annotations: Bool, _ context: RuntimeContext
  ) throws(RuntimeError) -> [ListedContainer] {
    try collect(context) { id, store, listing throws(RuntimeError) in
      if let listed = ListedContainer(id, of: listing, annotations: annotations, context) {
        return listed
      }
      return ListedContainer(try ContainerStatus(store.openListed(id), id, context))
    }
  }

  /// The IDs of all containers that `list` shows.
  ///
  /// Each record is looked at whole, so that one that is damaged, in whatever
  /// place, is said to be here, too, and hides no other; what is not looked at is
  /// whether its processes and its cgroup are there.
  package static func listIDs(_ context: RuntimeContext) throws(RuntimeError) -> [String] {
    try collect(context) { id, store, listing throws(RuntimeError) in
      if let record = ListedContainer.record(of: id, listing, annotations: false) {
        return record.id
      }
      return try store.openListed(id).requireRecord(of: id).id
    }
  }

  /// What there is to be said of each container that can be read.
  private static func collect<Entry>(
    _ context: RuntimeContext,
    _ entry: (String, StateStore, borrowing StateStore.Listing) throws(RuntimeError) -> Entry
  ) throws(RuntimeError) -> [Entry] {
    var entries: [Entry] = []
    let store = StateStore(root: context.root)
    guard let listing = try store.list() else { return [] }
    for id in listing.identifiers {
      do {
        entries.append(try entry(id, store, listing))
      } catch  where error.kind == .notFound {
      } catch {
        context.warn("\(error)")
      }
    }
    return entries
  }
}
