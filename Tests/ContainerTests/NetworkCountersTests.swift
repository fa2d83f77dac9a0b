// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import Container

@Suite struct NetworkCountersTests {
  @Test func theInterfacesOfATableAreRead() {
    let table = """
      Inter-|   Receive                                                |  Transmit
       face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
          lo:       1       2    3    4    0     0          0         0        5       6    7    8    0     0       0          0
      eth0:1: 18446744073709551615 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0

      """
    #expect(
      NetworkCounters.json(table).text()
        == #"[{"Name":"lo","RxBytes":1,"RxPackets":2,"RxErrors":3,"RxDropped":4,"#
        + #""TxBytes":5,"TxPackets":6,"TxErrors":7,"TxDropped":8},"#
        + #"{"Name":"eth0:1","RxBytes":18446744073709551615,"RxPackets":0,"RxErrors":0,"#
        + #""RxDropped":0,"TxBytes":0,"TxPackets":0,"TxErrors":0,"TxDropped":0}]"#)
  }

  @Test func withoutInterfacesThereAreNone() {
    #expect(NetworkCounters.json("a\nb\n") == .array([]))
  }
}
