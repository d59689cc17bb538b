import Foundation
import Sched
import Testing

/// A record of a file in Tests/Vectors: what a peer answered, and why it was
/// asked.
struct Vector: Sendable, CustomTestStringConvertible {
  let reason: String
  /// The record's lines by their first word, in the file's order.
  let lines: [String: [String]]

  var testDescription: String { reason }

  func text(_ key: String) -> String { lines[key]?.first ?? "" }

  func doubles(_ key: String) -> [Double]? {
    lines[key]?.first.map { $0.split(separator: " ").map { Double($0)! } }
  }

  func integers(_ key: String) -> [Int] { text(key).split(separator: " ").map { Int($0)! } }

  /// Floats written as the hexadecimal digits of their bits.
  func floats(_ key: String) -> [[Float]] {
    (lines[key] ?? []).map {
      $0.split(separator: " ").map { Float(bitPattern: UInt32($0, radix: 16)!) }
    }
  }

  static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Vectors")

  static func all(_ file: String) -> [Vector] {
    let text = try! String(contentsOf: folder.appending(path: file), encoding: .utf8)
    var vectors: [Vector] = []
    var reason: String?
    var lines: [String: [String]] = [:]
    func close() {
      if let reason { vectors.append(Vector(reason: reason, lines: lines)) }
      (reason, lines) = (nil, [:])
    }
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty { close() }
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      guard words.count == 2, words[0] != "#" else { continue }
      if words[0] == "vector" {
        reason = words[1]
      } else {
        lines[words[0], default: []].append(words[1])
      }
    }
    close()
    return vectors
  }
}
