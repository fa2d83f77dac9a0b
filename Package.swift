// swift-tools-version: 6.2
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

/// `make check` sets `RUNP_STRICT=1`: every warning is an error there.
let strict = Context.environment["RUNP_STRICT"] == "1"

let settings: [SwiftSetting] =
  [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + (strict ? [.treatAllWarnings(as: .error)] : [])

/// `hack/fuzz.sh` sets `RUNP_FUZZ=1`: there is a program more, whose main
/// function is libFuzzer's.
let fuzz: [Target] =
  Context.environment["RUNP_FUZZ"] == nil
  ? []
  : [
    .executableTarget(
      name: "fuzz",
      dependencies: ["Pod", "Container", "Cgroups", "Kernel", "RuntimeSpec", "JSON"],
      path: "Tests/fuzz", exclude: ["seeds"], swiftSettings: settings)
  ]

/// The arrows between the modules; they point one way.
let modules: [(name: String, needs: [String])] = [
  ("Kernel", ["CLinux", "CStart", "CSeccomp", "CCap"]),
  ("JSON", ["CYajl"]),
  ("RuntimeSpec", ["JSON"]),
  ("Cgroups", ["Kernel", "RuntimeSpec", "CDBus"]),
  ("Container", ["Cgroups", "Kernel", "RuntimeSpec", "JSON"]),
  ("Pod", ["Container", "Cgroups", "Kernel", "RuntimeSpec", "JSON"]),
]

let package = Package(
  name: "runp",
  products: [.executable(name: "runp", targets: ["runp"])],
  targets: [
    .target(
      name: "CLinux",
      cSettings: [
        .define("RUNP_COMMIT", to: "\"\(Context.gitInformation?.currentCommit ?? "unknown")\"")
      ]),
    .target(name: "CStart", dependencies: ["CLinux"]),
    .systemLibrary(name: "CSeccomp"),
    .systemLibrary(name: "CCap"),
    .systemLibrary(name: "CYajl"),
    .systemLibrary(name: "CDBus", pkgConfig: "dbus-1"),
    .executableTarget(
      name: "runp",
      dependencies: [
        "Pod", "Container", "Cgroups", "Kernel", "RuntimeSpec", "JSON", "CLinux", "CStart",
      ],
      swiftSettings: settings,
      // Before _start: see CStart/seal.c.
      linkerSettings: [.unsafeFlags(["-Xlinker", "--entry=cstart_entry"])]),
    .target(
      name: "Support", dependencies: ["Kernel"], path: "Tests/Support",
      swiftSettings: settings),
    .testTarget(
      name: "runpTests", dependencies: ["runp", "CStart", "Support"], swiftSettings: settings),
  ]
    + modules.map { module in
      .target(
        name: module.name,
        dependencies: module.needs.map { .init(stringLiteral: $0) },
        swiftSettings: settings)
    }
    + modules.map { module in
      .testTarget(
        name: module.name + "Tests",
        dependencies: [.init(stringLiteral: module.name), "Support"]
          + module.needs.map { .init(stringLiteral: $0) },
        swiftSettings: settings)
    } + fuzz
)
