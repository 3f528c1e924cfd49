import NIOCore

/// Where servers of a pod listen: a cluster has IPv4, IPv6 or both, and probes and callers come by either.
public enum AllAddresses {
  /// The host that stands for all addresses of this machine.
  ///
  /// Who listens on IPv6's gets IPv4 connections as well; without IPv6 it is IPv4's.
  public static let host = hasIPv6 ? "::" : "0.0.0.0"

  private static var hasIPv6: Bool {
    let devices = (try? System.enumerateDevices()) ?? []
    return devices.contains { $0.address?.protocol == .inet6 }
  }
}
