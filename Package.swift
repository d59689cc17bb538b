// swift-tools-version: 6.2
import PackageDescription

/// The lean C library: no Swift runtime. The Makefile asks for it.
let embedded = Context.environment["SCHED_EMBEDDED"] != nil

/// SwiftPM accepts no unsafe flags from a package that another one depends on
/// by version. There, every width compiles for the baseline and gives the same
/// bits; `-Xcc -march=x86-64-v3` on the user's own command line widens it.
let root = !Context.packageDirectory.contains("/checkouts/")

/// `size` for everything but the kernels: a third of the library's weight.
func settings(_ optimization: String) -> [SwiftSetting] {
  (embedded ? [.enableExperimentalFeature("Embedded")] : [])
    + (root && embedded
      ? [
        .unsafeFlags([
          "-wmo", optimization, "-Xfrontend", "-function-sections",
          // Embedded Swift has no checks; this takes the calls away, too.
          "-enforce-exclusivity=unchecked",
        ])
      ] : [])
    + (root ? [.unsafeFlags(["-warnings-as-errors"])] : [])
}

let common = settings("-Osize")

/// Clang's `-march` reaches Swift's code generator.
func width(_ march: String) -> [SwiftSetting] {
  #if arch(x86_64)
    settings("-O") + (root ? [.unsafeFlags(["-Xcc", "-march=\(march)"])] : [])
  #else
    settings("-O")
  #endif
}

let package = Package(
  name: "libsched",
  products: [
    .library(name: "Sched", targets: ["Sched"]),
    .executable(name: "digits", targets: ["digits"]),
  ]
    + (embedded ? [.library(name: "sched", type: .static, targets: ["SchedABI"])] : []),
  targets: [
    // What is shared with C: the contract, libm, and the vector operations.
    .target(
      name: "CSched", path: "Include",
      exclude: ["libsched.map"], sources: ["sched.c"], publicHeadersPath: "module"),
    .target(name: "Platform"),
    .target(name: "Lanes"),

    // Values.
    .target(name: "Schedules", dependencies: ["Platform"], swiftSettings: common),
    .target(name: "Monitors", dependencies: ["Schedules"], swiftSettings: common),

    // Kernels: one body, three widths.
    .target(
      name: "StepBody", dependencies: ["Lanes", "Platform", "Schedules"], swiftSettings: common),
    .target(
      name: "StepBaseline", dependencies: ["Lanes", "StepBody"], swiftSettings: width("x86-64")),
    .target(
      name: "StepAVX2", dependencies: ["Lanes", "StepBody"], swiftSettings: width("x86-64-v3")),
    .target(
      name: "StepAVX512", dependencies: ["Lanes", "StepBody"], swiftSettings: width("x86-64-v4")),
    .target(
      name: "Optimizers",
      dependencies: [
        "Platform", "Lanes", "Schedules", "StepBody", "StepBaseline", "StepAVX2", "StepAVX512",
      ],
      swiftSettings: common),

    // What users see.
    .target(
      name: "SchedABI",
      dependencies: ["CSched", "Platform", "Schedules", "Monitors", "Optimizers"],
      swiftSettings: common + [.enableExperimentalFeature("CImplementation")]),
    .target(
      name: "Sched", dependencies: ["Schedules", "Monitors", "Optimizers", "StepBody"],
      swiftSettings: common),
    .executableTarget(name: "digits", dependencies: ["Sched"], swiftSettings: common),
    .testTarget(
      name: "SchedTests", dependencies: ["Sched", "StepBody"], path: "Tests/swift",
      swiftSettings: common),
  ]
)
