import CCurl

/// How far a transfer has come.
enum Progress: Hashable, CaseIterable {
  /// It hopes to share the connection that another transfer is making.
  case queued
  case resolving
  case connecting
  case handshaking
  case sending
  case receiving

  init(_ easy: borrowing EasyHandle, isOnItsWay: Bool, usesTLS: Bool) {
    self.init(
      isOnItsWay: isOnItsWay, hasAddress: easy.hasPassed(CURLINFO_NAMELOOKUP_TIME_T),
      hasConnection: easy.hasSocket,
      isReady: easy.hasPassed(CURLINFO_PRETRANSFER_TIME_T),
      hasAnswer: easy.hasPassed(CURLINFO_STARTTRANSFER_TIME_T), usesTLS: usesTLS)
  }

  /// - Parameters:
  ///   - isOnItsWay: an address has been looked for.
  ///   - hasAddress: the name has been resolved.
  ///   - hasConnection: TCP is connected.
  ///   - isReady: the request may be sent.
  ///   - hasAnswer: the first byte of the response is there.
  init(
    isOnItsWay: Bool, hasAddress: Bool, hasConnection: Bool, isReady: Bool, hasAnswer: Bool, usesTLS: Bool
  ) {
    self =
      if hasAnswer {
        .receiving
      } else if isReady {
        .sending
      } else if hasConnection {
        usesTLS ? .handshaking : .sending
      } else if hasAddress {
        .connecting
      } else {
        isOnItsWay ? .resolving : .queued
      }
  }
}
