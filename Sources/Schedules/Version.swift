/// The version; a test holds the C header to it.
public let libraryVersion: StaticString = "0.1.0"
