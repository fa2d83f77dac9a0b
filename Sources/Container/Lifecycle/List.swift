// SPDX-License-Identifier: Apache-2.0

extension Lifecycle {
  /// All containers, sorted by ID; those that are deleted meanwhile are left
  /// out.
  package static func list(_ context: RuntimeContext) throws(RuntimeError) -> [ContainerStatus] {
    var containers: [ContainerStatus] = []
    let store = StateStore(root: context.root)
    let listing = try store.list()
    for id in listing.identifiers {
      do {
        containers.append(try ContainerStatus(store.open(id, of: listing), id, context))
      } catch  where error.kind == .notFound {
      } catch {
        context.warn("\(error)")
      }
    }
    return containers
  }
}
