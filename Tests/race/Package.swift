// swift-tools-version: 6.2
import PackageDescription

/// A program of the library's alone, which the thread sanitizer can be asked for.
let package = Package(
  name: "race",
  dependencies: [.package(name: "libsched", path: "../..")],
  targets: [
    .executableTarget(
      name: "race", dependencies: [.product(name: "Sched", package: "libsched")], path: ".",
      sources: ["main.swift"])
  ]
)
