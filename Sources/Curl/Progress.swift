import CCurl

/// How far a transfer has come.
enum Progress: Hashable, CaseIterable {
  case resolving
  case connecting
  case handshaking
  case sending
  case receiving

  init(_ easy: borrowing EasyHandle, usesTLS: Bool) {
    self.init(
      hasAddress: easy.hasPassed(CURLINFO_NAMELOOKUP_TIME_T),
      hasConnection: easy.hasPassed(CURLINFO_CONNECT_TIME_T),
      isReady: easy.hasPassed(CURLINFO_PRETRANSFER_TIME_T),
      hasAnswer: easy.hasPassed(CURLINFO_STARTTRANSFER_TIME_T),
      usesTLS: usesTLS)
  }

  /// - Parameters:
  ///   - hasAddress: the name has been resolved.
  ///   - hasConnection: TCP is connected.
  ///   - isReady: the request may be sent.
  ///   - hasAnswer: the first byte of the response is there.
  init(hasAddress: Bool, hasConnection: Bool, isReady: Bool, hasAnswer: Bool, usesTLS: Bool) {
    self =
      if hasAnswer {
        .receiving
      } else if isReady {
        .sending
      } else if hasConnection {
        usesTLS ? .handshaking : .sending
      } else {
        hasAddress ? .connecting : .resolving
      }
  }
}
