import Platform

/// A text in UTF-8: what messages, saved states and a caller's words are made of.
///
/// Written like a `String`, values in it included. But a sentence made of
/// `String` compiles to a kilobyte where this is a few calls, and what reads
/// one brings Unicode's rules along.
public struct UTF8Text: Sendable, Equatable {
  public private(set) var bytes: [UInt8] = []

  public init() {}

  @inline(never)
  public init(_ text: StaticString) { append(text) }

  /// A caller's bytes. What is no UTF-8 becomes `�`, as in a `String`.
  public init(_ bytes: some Collection<UInt8>) {
    self.bytes = Array(bytes)
    repair()
  }

  /// A caller's C string.
  public init(cString text: UnsafePointer<CChar>) {
    self.init(UnsafeRawBufferPointer(start: text, count: strlen(text)))
  }

  public var isEmpty: Bool { bytes.isEmpty }

  public static func + (a: UTF8Text, b: UTF8Text) -> UTF8Text {
    var sum = a
    sum += b
    return sum
  }

  @inline(never)
  public static func += (a: inout UTF8Text, b: UTF8Text) { a.bytes.append(contentsOf: b.bytes) }

  /// Its first bytes, of whole characters, and `…` where there were more.
  @inline(never)
  func cut(to most: Int) -> UTF8Text {
    guard bytes.count > most else { return self }
    var end = most
    while bytes[end] & 0xC0 == 0x80 { end -= 1 }
    var text = UTF8Text()
    text.bytes = Array(bytes[..<end])
    text.append("…")
    return text
  }

  /// Empty, with the room it has.
  mutating func clear() { bytes.removeAll(keepingCapacity: true) }

  @inline(never)
  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  /// "a, b, c", or with another last comma "a, b or c".
  @inline(never)
  public static func list(
    _ count: Int, lastComma: StaticString = ", ", _ element: (Int) -> UTF8Text
  ) -> UTF8Text {
    var text = UTF8Text()
    for i in 0..<count {
      if i > 0 { text.append(i < count - 1 ? ", " : lastComma) }
      text += element(i)
    }
    return text
  }
}

// MARK: Literals

extension UTF8Text: ExpressibleByStringInterpolation, StringInterpolationProtocol {
  public typealias StringInterpolation = UTF8Text
  public typealias StringLiteralType = StaticString

  public init(stringLiteral text: StaticString) { self.init(text) }
  public init(stringInterpolation: UTF8Text) { self = stringInterpolation }
  public init(literalCapacity: Int, interpolationCount: Int) {}

  public mutating func appendLiteral(_ text: StaticString) { append(text) }
  public mutating func appendInterpolation(_ text: StaticString) { append(text) }
  public mutating func appendInterpolation(_ text: UTF8Text) { self += text }

  @inline(never)
  public mutating func appendInterpolation(_ value: Int) {
    if value < 0 { append("-") }
    appendInterpolation(value.magnitude)
  }

  @inline(never)
  public mutating func appendInterpolation(_ value: UInt) {
    let start = bytes.count
    var left = value
    repeat {
      bytes.append(48 + UInt8(truncatingIfNeeded: left % 10))
      left /= 10
    } while left > 0
    bytes[start...].reverse()
  }

  /// The fewest digits that are read back as the same number.
  @inline(never)
  public mutating func appendInterpolation(_ value: Double) { value.write(to: &self) }

  mutating func appendInterpolation(ascii byte: UInt8) { bytes.append(byte) }

  public mutating func appendInterpolation(reals values: [Double]) {
    self += .list(values.count) { "\(values[$0])" }
  }
}

extension UTF8Text: TextOutputStream {
  public mutating func write(_ text: String) { bytes.append(contentsOf: text.utf8) }

  // Where numbers are written: without a `String` in between.
  public mutating func _writeASCII(_ text: UnsafeBufferPointer<UInt8>) {
    bytes.append(contentsOf: text)
  }
}

extension String {
  public init(_ text: UTF8Text) { self.init(decoding: text.bytes, as: UTF8.self) }
}

extension UTF8Text {
  /// The integer it is, if it is one and 64 bits hold it.
  public var integer: Int? {
    let isNegative = bytes.first == 45
    let digits = isNegative || bytes.first == 43 ? bytes.dropFirst() : bytes[...]
    if digits.isEmpty { return nil }
    var value = 0
    for byte in digits {
      guard byte >= 48, byte <= 57 else { return nil }
      let (tens, isPast) = value.multipliedReportingOverflow(by: 10)
      let digit = Int(byte) - 48
      let (sum, isOver) =
        isNegative
        ? tens.subtractingReportingOverflow(digit) : tens.addingReportingOverflow(digit)
      if isPast || isOver { return nil }
      value = sum
    }
    return value
  }
}

// MARK: Comparison

public func same(_ a: UTF8Text, _ b: StaticString) -> Bool {
  b.withUTF8Buffer { $0.elementsEqual(a.bytes) }
}

package func same(_ a: StaticString, _ b: StaticString) -> Bool {
  a.utf8CodeUnitCount == b.utf8CodeUnitCount
    && memcmp(a.utf8Start, b.utf8Start, a.utf8CodeUnitCount) == 0
}

// MARK: A caller's bytes

extension UTF8Text {
  /// Puts `�` in the place of what is no UTF-8: once for each longest beginning
  /// of a character, and for each byte that begins none.
  private mutating func repair() {
    guard bytes.contains(where: { $0 >= 0x80 }) else { return }
    let old = bytes
    bytes = []
    var at = 0
    while at < old.count {
      let (length, isWhole) = Self.character(old, at)
      if isWhole { bytes.append(contentsOf: old[at..<(at + length)]) } else { append("�") }
      at += length
    }
  }

  /// How many bytes the character there has, or what begins like one.
  private static func character(_ text: [UInt8], _ at: Int) -> (length: Int, isWhole: Bool) {
    let first = text[at]
    let count =
      switch first {
      case 0..<0x80: 1
      case 0xC2..<0xE0: 2
      case 0xE0..<0xF0: 3
      case 0xF0..<0xF5: 4
      default: 0
      }
    // No longer form than needed, no surrogates, nothing above U+10FFFF.
    var accepted: ClosedRange<UInt8> =
      switch first {
      case 0xE0: 0xA0...0xBF
      case 0xED: 0x80...0x9F
      case 0xF0: 0x90...0xBF
      case 0xF4: 0x80...0x8F
      default: 0x80...0xBF
      }
    var length = 1
    while length < count, at + length < text.count, accepted.contains(text[at + length]) {
      accepted = 0x80...0xBF
      length += 1
    }
    return (length, length == count)
  }
}
