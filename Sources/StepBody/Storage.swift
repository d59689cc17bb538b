import Lanes

/// How floats lie in memory where they take 16 bits.
@frozen
public enum Storage: Sendable {
  case bfloat16, float16
}

/// Which numbers the codes of 8 bits stand for.
@frozen
public enum Map: Sendable {
  case signed
  /// None below 0, and more of the others.
  case unsigned

  public var name: StaticString {
    switch self {
    case .signed: "signed"
    case .unsigned: "unsigned"
    }
  }
}

/// What stands between memory and a body, which knows floats alone.
@frozen
public enum Conversion: Sendable {
  /// Floats from what is stored.
  case decode(Storage)
  /// What is stored from floats: the nearest.
  case encode(Storage)
  /// One of the two beside it, by chance and right on average. `first` is the
  /// number of the first element in its array, `key` the array's and the step's.
  case encodeBy(Storage, first: UInt32, key: UInt32)
  /// A float in two parts, of which the second is what the first has not.
  case decodeParts(Storage)
  case encodeParts(Storage)
  /// Codes of 8 bits, and the scales of whole blocks of them.
  case dequantize(Map)
  case quantize(Map)

  /// `n` elements between floats and what is stored; `rest` is the second part,
  /// or the scales.
  @inlinable @inline(__always)
  public func run(
    _ n: Int, _ floats: UnsafeMutablePointer<Float>, _ stored: UnsafeMutableRawPointer,
    _ rest: UnsafeMutableRawPointer
  ) {
    switch self {
    case .decode(.bfloat16): lanes_decode_bfloat16(floats, stored, n)
    case .decode(.float16): lanes_decode_float16(floats, stored, n)
    case .encode(.bfloat16): lanes_encode_bfloat16(stored, floats, n)
    case .encode(.float16): lanes_encode_float16(stored, floats, n)
    case .encodeBy(.bfloat16, let first, let key):
      lanes_encode_bfloat16_by(stored, floats, n, first, key)
    case .encodeBy(.float16, let first, let key):
      lanes_encode_float16_by(stored, floats, n, first, key)
    case .decodeParts(.bfloat16): lanes_decode_bfloat16_parts(floats, stored, rest, n)
    case .decodeParts(.float16): lanes_decode_float16_parts(floats, stored, rest, n)
    case .encodeParts(.bfloat16): lanes_encode_bfloat16_parts(stored, rest, floats, n)
    case .encodeParts(.float16): lanes_encode_float16_parts(stored, rest, floats, n)
    case .dequantize(.signed): lanes_dequantize(floats, stored, rest, n, 0)
    case .dequantize(.unsigned): lanes_dequantize(floats, stored, rest, n, 1)
    case .quantize(.signed): lanes_quantize(stored, rest, floats, n, 0)
    case .quantize(.unsigned): lanes_quantize(stored, rest, floats, n, 1)
    }
  }
}
