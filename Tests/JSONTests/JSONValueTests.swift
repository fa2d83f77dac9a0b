// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONValueTests {
  @Test func aValueIsSetWhereItWasOrAtTheEnd() {
    var document: JSONValue = ["a": 1, "b": 2]
    document["a"] = 3
    document["c"] = "x"
    #expect(document.text() == "{\"a\":3,\"b\":2,\"c\":\"x\"}")
    document["a"] = nil
    #expect(document.text() == "{\"b\":2,\"c\":\"x\"}")
  }

  @Test func whatIsMissingOrNullBecomesAnObject() {
    var document: JSONValue = ["here": .null]
    document[object: "here"]["a"] = 1
    document[object: "there"]["b"] = 2
    #expect(document.text() == "{\"here\":{\"a\":1},\"there\":{\"b\":2}}")
  }

  @Test func whatIsNoObjectStaysAsItIs() {
    var document: JSONValue = [1, 2]
    document["a"] = 1
    #expect(document == [1, 2])
  }

  @Test func theElementsOfAListAreChanged() {
    var document: JSONValue = ["list": [1, 2]]
    document[list: "list"].insert(0, at: 0)
    document[list: "list"][1] = 5
    document[list: "new"].append("x")
    #expect(document.text() == "{\"list\":[0,5,2],\"new\":[\"x\"]}")
  }
}
