import CCurl
import CCurlShims

/// The transfers that a multi handle works on. Lives on its thread.
struct RunningTransfers {
  private final class Entry {
    let transfer: Transfer
    let easy: EasyHandle
    var lastSize: curl_off_t = -1
    var lastProgress = ContinuousClock.now

    init(transfer: Transfer, easy: consuming EasyHandle) {
      self.transfer = transfer
      self.easy = easy
    }

    /// Whether bytes have come since the last call.
    func noticeProgress() -> Bool {
      let size = easy.receivedBytes
      defer { lastSize = size }
      return size != lastSize
    }
  }

  private let multi: UnsafeMutableRawPointer
  private var entries: [ObjectIdentifier: Entry] = [:]

  init(multi: UnsafeMutableRawPointer) {
    self.multi = multi
  }

  mutating func start(_ transfer: Transfer) {
    // Its task may have been cancelled before the thread came to it.
    guard !transfer.isEnded else { return }
    do throws(CurlError) {
      let entry = Entry(transfer: transfer, easy: try EasyHandle.make(transfer.request, transfer: transfer))
      let code = curl_multi_add_handle(multi, entry.easy.raw)
      guard code == CURLM_OK else {
        throw CurlError(
          phase: .configuration, server: transfer.server,
          message: "libcurl does not take the request: \(String(cString: curl_multi_strerror(code)))")
      }
      entries[ObjectIdentifier(transfer)] = entry
    } catch {
      transfer.ended(.failure(error))
    }
  }

  func resume(_ transfer: Transfer) {
    guard let entry = entries[ObjectIdentifier(transfer)] else { return }
    entry.lastProgress = .now
    entry.easy.resume()
  }

  /// Takes a transfer out, which closes its connection unless the response was whole, and tells its reader.
  mutating func end(_ transfer: Transfer, _ result: Result<Void, CurlError>) {
    guard let entry = entries.removeValue(forKey: ObjectIdentifier(transfer)) else { return }
    curl_multi_remove_handle(multi, entry.easy.raw)
    transfer.ended(result)
  }

  mutating func endAll() {
    for entry in entries.values {
      end(entry.transfer, .failure(.stopped(entry.transfer.server)))
    }
  }

  /// Ends what libcurl has finished.
  mutating func endFinished() {
    var raw: UnsafeMutableRawPointer?
    var code = CURLE_OK
    while curlshims_multi_next_done(multi, &raw, &code) {
      guard let raw, let context = curlshims_get_private(raw) else { continue }
      let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
      guard let entry = entries[ObjectIdentifier(transfer)] else { continue }
      end(transfer, code == CURLE_OK ? .success(()) : .failure(entry.easy.error(code, transfer)))
    }
  }

  /// Ends streams that have been silent for too long.
  ///
  /// libcurl's own check of low speed would wake the thread every second.
  ///
  /// - Returns: milliseconds until the next one can be due.
  mutating func endSilent() -> Int32 {
    let now = ContinuousClock.now
    var next = Duration.seconds(3_600)
    for entry in entries.values {
      guard let limit = entry.transfer.request.silenceTimeout else { continue }
      if entry.noticeProgress() { entry.lastProgress = now }
      let left = limit - (now - entry.lastProgress)
      if left <= .zero {
        end(
          entry.transfer,
          .failure(
            CurlError(
              phase: .timeout, server: entry.transfer.server,
              message: "the connection was silent for \(limit) and counts as dead")))
      } else {
        next = min(next, left)
      }
    }
    let (seconds, attoseconds) = next.components
    return Int32(seconds * 1_000 + attoseconds / 1_000_000_000_000_000 + 1)
  }
}
