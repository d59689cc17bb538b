// Softmax regression on handwritten digits: a whole training run through
// libsched, and its learning-rate column.
//
//   digits FOLDER [--rates]
//
// FOLDER holds digits.bin and run.txt, as Tests/Vectors does.

import Foundation
import Sched

/// The digits: 64 pixels from 0 to 16 and a label, a record of 65 bytes each.
struct Digits {
  let bytes: [UInt8]

  func pixels(_ record: Int) -> [Float] {
    bytes[(record * 65)..<(record * 65 + 64)].map { Float($0) / 16 }
  }

  func label(_ record: Int) -> Int { Int(bytes[record * 65 + 64]) }
}

/// Ten linear functions of the pixels and their softmax.
struct Model {
  var weights = [Float](repeating: 0, count: 10 * 64)
  var biases = [Float](repeating: 0, count: 10)

  func probabilities(_ pixels: [Float]) -> [Float] {
    let scores = (0..<10).map { k in
      var sum = biases[k]
      for i in 0..<64 { sum += weights[k * 64 + i] * pixels[i] }
      return sum
    }
    let powers = scores.map { exp($0 - scores.max()!) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }

  /// The mean cross-entropy, and the part of the labels it gets right.
  func judge(_ digits: Digits, _ records: Range<Int>) -> (loss: Double, accuracy: Double) {
    var (loss, right) = (0.0, 0)
    for record in records {
      let p = probabilities(digits.pixels(record))
      loss -= log(Double(max(p[digits.label(record)], .leastNormalMagnitude)))
      if p.firstIndex(of: p.max()!) == digits.label(record) { right += 1 }
    }
    return (loss / Double(records.count), Double(right) / Double(records.count))
  }

  /// The gradients of the mean cross-entropy.
  func gradients(_ digits: Digits, _ records: Range<Int>) -> (weights: [Float], biases: [Float]) {
    var gradients = (
      weights: [Float](repeating: 0, count: 640), biases: [Float](repeating: 0, count: 10)
    )
    for record in records {
      let pixels = digits.pixels(record)
      var error = probabilities(pixels)
      error[digits.label(record)] -= 1
      for k in 0..<10 {
        let share = error[k] / Float(records.count)
        gradients.biases[k] += share
        for i in 0..<64 { gradients.weights[k * 64 + i] += share * pixels[i] }
      }
    }
    return gradients
  }
}

func train(_ folder: URL, printsRates: Bool) throws {
  var run: [String: String] = [:]
  let text = try String(contentsOf: folder.appending(path: "run.txt"), encoding: .utf8)
  for line in text.split(separator: "\n") where !line.hasPrefix("#") {
    let words = line.split(separator: " ", maxSplits: 1).map(String.init)
    if words.count == 2 { run[words[0]] = words[1] }
  }
  guard let schedule = run["schedule"], let base = run["base"].flatMap(Double.init),
    let epochs = run["epochs"].flatMap(Int.init)
  else {
    throw CocoaError(.fileReadCorruptFile)
  }
  var scheduler = try Scheduler(try AnySchedule.parse(schedule), bases: [base])
  if printsRates {
    for epoch in 0..<epochs {
      try scheduler.seek(to: epoch)
      print(String(format: "%.17g", scheduler.rates[0]))
    }
    return
  }

  let digits = Digits(bytes: Array(try Data(contentsOf: folder.appending(path: "digits.bin"))))
  let (training, validation, test) = (0..<1197, 1197..<1497, 1497..<1797)
  var model = Model()
  var best = model
  var adamW = AdamW()
  var (weightState, biasState) = (AdamW.State(), AdamW.State())
  var stopper = try EarlyStopping(patience: 5)
  for epoch in 0..<epochs {
    adamW.lr = scheduler.rates[0]
    for first in stride(from: 0, to: training.count, by: 57) {
      let gradients = model.gradients(digits, first..<(first + 57))
      try adamW.step(&model.weights, gradients.weights, &weightState)
      try adamW.step(&model.biases, gradients.biases, &biasState)
    }
    let (loss, accuracy) = model.judge(digits, validation)
    print(
      String(
        format: "epoch %2d  rate %.17g  validation loss %.4f  accuracy %.1f %%", epoch,
        adamW.lr, loss, 100 * accuracy))
    let verdict = try stopper.observe(loss)
    if verdict == .improved { best = model }
    if verdict == .stop { break }
    try scheduler.next()
  }
  print(
    String(
      format: "best epoch %d, test accuracy %.1f %%", stopper.bestAt ?? -1,
      100 * best.judge(digits, test).accuracy))
}

let arguments = CommandLine.arguments.dropFirst()
guard let folder = arguments.first(where: { !$0.hasPrefix("--") }),
  arguments.allSatisfy({ !$0.hasPrefix("--") || $0 == "--rates" })
else {
  FileHandle.standardError.write(Data("usage: digits FOLDER [--rates]\n".utf8))
  exit(2)
}
do {
  try train(URL(filePath: folder), printsRates: arguments.contains("--rates"))
} catch {
  FileHandle.standardError.write(Data("digits: \(error)\n".utf8))
  exit(1)
}
