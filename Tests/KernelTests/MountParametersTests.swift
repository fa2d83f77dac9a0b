// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Kernel

@Suite struct MountParametersTests {
  private func texts(_ options: String, _ type: String) -> [String] {
    MountParameter.parse(options, type: type).map { parameter in
      parameter.value.map { "\(parameter.key)|\($0)" } ?? parameter.key
    }
  }

  @Test(arguments: [
    ("size=1m,mode=711", ["size|1m", "mode|711"]), (",a,,b,", ["a", "b"]), ("", []),
    ("size=", ["size|"]), ("a=b=c", ["a|b=c"]), ("name=é,b", ["name|é", "b"]),
  ])
  func commasSeparate(options: String, parameters: [String]) {
    #expect(texts(options, "ext4") == parameters)
    #expect(texts(options, "tmpfs") == parameters)
    #expect(texts(options, "overlay") == parameters)
  }

  @Test func quotesAreForSecurityModules() {
    #expect(
      texts(#"context="u:r:t:s0:c1,c2",size=1m"#, "tmpfs") == ["context|u:r:t:s0:c1,c2", "size|1m"])
    #expect(
      texts(#"lowerdir=a\,b,context="u:c1,c2",x"#, "overlay")
        == ["context|u:c1,c2", #"lowerdir|a\,b"#, "x"])
    #expect(texts(#"label="a,b",x"#, "ext4") == [#"label|"a"#, #"b""#, "x"])
  }

  @Test func overlayKnowsABackslash() {
    #expect(texts(#"lowerdir=a\,b:c,x"#, "overlay") == [#"lowerdir|a\,b:c"#, "x"])
    #expect(texts(#"lowerdir=a\\,b"#, "overlay") == [#"lowerdir|a\\"#, "b"])
    #expect(texts(#"a=\,b"#, "ext4") == [#"a|\"#, "b"])
  }

  @Test func tmpfsHasListsOfNumbers() {
    #expect(texts("mpol=bind:0,2,size=1m", "tmpfs") == ["mpol|bind:0,2", "size|1m"])
    #expect(texts("mpol=bind:0,2", "ramfs") == ["mpol|bind:0", "2"])
  }

  @Test(arguments: [
    ("ramfs", "mode", true), ("ramfs", "size", false), ("bpf", "delegate_cmds", true),
    ("bpf", "nonsense", false), ("debugfs", "uid", true), ("debugfs", "nonsense", false),
    ("tracefs", "gid", true), ("pstore", "kmsg_bytes", true), ("pstore", "mode", false),
    ("tmpfs", "whatever", true),
  ])
  func whatTakesAnythingIsKnown(type: String, key: String, isKnown: Bool) {
    #expect(MountParameter(key).isKnown(to: type) == isKnown)
  }
}

@Suite struct OverlayLayersTests {
  private func texts(_ value: String) -> [String] {
    OverlayLayers.split(value).map { ($0.isData ? "data " : "") + $0.path }
  }

  @Test func colonsSeparate() {
    #expect(texts("/a:/b:/c") == ["/a", "/b", "/c"])
    #expect(texts("/a") == ["/a"])
    #expect(texts("") == [])
  }

  @Test func backslashesKeepColonsAndCommas() {
    #expect(texts(#"/a\:b:/c\,d:/e\\f"#) == ["/a:b", "/c,d", #"/e\f"#])
    #expect(OverlayLayers.unescaped(#"/a\:b\,c\\d"#) == #"/a:b,c\d"#)
  }

  @Test func twoColonsAreForData() {
    #expect(texts("/a:/b::/c::/d") == ["/a", "/b", "data /c", "data /d"])
  }
}
