/// The version; a test holds the C header to it.
public let libraryVersion: StaticString = "0.1.0"

/// The bytes that a process can address: 2⁴⁷. No array is larger.
public let maxMemory = 1 << 47
