import Foundation

/// TCP sockets of the loopback interface.
enum Loopback {
  /// A socket that listens on a port that was free.
  static func listen() throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var port = 0
    try withAddress(port: 0) { address, length in
      try check(bind(descriptor, address, length))
      try check(Glibc.listen(descriptor, 128))
      var length = length
      try check(getsockname(descriptor, address, &length))
      port = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        Int(UInt16(bigEndian: $0.pointee.sin_port))
      }
    }
    return (descriptor, port)
  }

  /// A socket that is connected to a port.
  static func connect(to port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    do {
      try withAddress(port: port) { try check(Glibc.connect(descriptor, $0, $1)) }
    } catch {
      close(descriptor)
      throw error
    }
    return descriptor
  }

  /// Lets the kernel drop whatever arrives for a socket, before it acknowledges anything: to the other side, this one
  /// is gone.
  static func dropAllSegments(to descriptor: Int32) throws {
    // Layouts of <linux/filter.h>, which has no Swift module: one instruction, "return 0", takes no byte of a segment.
    struct Instruction {
      var code: UInt16 = 0x06
      var jumps: UInt16 = 0
      var constant: UInt32 = 0
    }
    struct Program {
      var length: UInt16 = 1
      var instructions: UnsafeMutablePointer<Instruction>
    }
    var instruction = Instruction()
    try withUnsafeMutablePointer(to: &instruction) { instructions in
      var program = Program(instructions: instructions)
      let size = socklen_t(MemoryLayout<Program>.size)
      try check(setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, size))
    }
  }

  private static func withAddress(
    port: Int, _ use: (UnsafeMutablePointer<sockaddr>, socklen_t) throws -> Void
  ) throws {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
    try withUnsafeMutablePointer(to: &address) { pointer in
      try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        try use($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private static func check(_ result: Int32) throws {
    guard result >= 0 else { throw TestFailure("a loopback socket: \(String(cString: strerror(errno)))") }
  }
}
