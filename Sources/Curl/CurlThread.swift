import CCurl
import CCurlShims
import Glibc
import Synchronization

/// The thread that owns the multi handle, and with it every transfer.
///
/// Others hand it commands and wake it; libcurl is called nowhere else.
final class CurlThread: Sendable {
  private enum Command {
    case start(Transfer)
    case cancel(Transfer)
    case resume(Transfer)
    case stop
  }

  private struct Mailbox {
    var commands: [Command] = []
    var isStopped = false
    var stopWaiters: [CheckedContinuation<Void, Never>] = []
  }

  private let mailbox = Mutex(Mailbox())
  private let multi: MultiHandle

  init() throws(CurlError) {
    guard Self.isLibraryReady, let raw = curl_multi_init() else {
      throw CurlError(phase: .configuration, server: "libcurl", message: "libcurl cannot be initialised")
    }
    multi = MultiHandle(raw: raw)
    // Kubernetes API servers allow 250 streams a connection.
    curlshims_multi_set_long(raw, CURLMOPT_MAX_CONCURRENT_STREAMS, 250)
    try startThread()
  }

  /// Once for the process; it also switches off SIGPIPE, which a closed connection would raise.
  private static let isLibraryReady: Bool = {
    signal(SIGPIPE, SIG_IGN)
    return curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
  }()

  // MARK: - From any thread

  func start(_ transfer: Transfer) { post(.start(transfer)) }
  func cancel(_ transfer: Transfer) { post(.cancel(transfer)) }
  func resume(_ transfer: Transfer) { post(.resume(transfer)) }

  /// Ends all transfers and the thread, and returns when both are gone.
  func stop() async {
    post(.stop)
    await withCheckedContinuation { continuation in
      let isStopped = mailbox.withLock { mailbox in
        if !mailbox.isStopped { mailbox.stopWaiters.append(continuation) }
        return mailbox.isStopped
      }
      if isStopped { continuation.resume() }
    }
  }

  /// Asks the thread to end without waiting for it.
  func requestStop() { post(.stop) }

  private func post(_ command: Command) {
    let isStopped = mailbox.withLock { mailbox in
      // Woken inside the lock: the handle goes only after `isStopped` is set under it.
      if !mailbox.isStopped {
        mailbox.commands.append(command)
        curl_multi_wakeup(multi.raw)
      }
      return mailbox.isStopped
    }
    if isStopped, case .start(let transfer) = command { transfer.ended(.failure(.stopped(transfer.server))) }
  }

  // MARK: - On the thread

  private func startThread() throws(CurlError) {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self).toOpaque()
    let code = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        Unmanaged<CurlThread>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context)
    guard code == 0 else {
      Unmanaged<CurlThread>.fromOpaque(context).release()
      throw CurlError(
        phase: .configuration, server: "libcurl", message: "no thread: \(String(cString: strerror(code)))")
    }
    pthread_detach(thread)
  }

  private func run() {
    var transfers = RunningTransfers(multi: multi.raw)
    var isRunning = true
    while isRunning {
      let commands = mailbox.withLock { mailbox in
        defer { mailbox.commands = [] }
        return mailbox.commands
      }
      for command in commands {
        switch command {
        case .start(let transfer): transfers.start(transfer)
        case .cancel(let transfer): transfers.end(transfer, .failure(.cancelled(transfer.server)))
        case .resume(let transfer): transfers.resume(transfer)
        case .stop: isRunning = false
        }
      }
      guard isRunning else { break }
      var running: Int32 = 0
      curl_multi_perform(multi.raw, &running)
      transfers.endFinished()
      let timeout = transfers.endSilent()
      if mailbox.withLock({ $0.commands.isEmpty }) {
        curl_multi_poll(multi.raw, nil, 0, timeout, nil)
      }
    }
    transfers.endAll()
    leave()
  }

  private func leave() {
    let (waiters, late) = mailbox.withLock { mailbox in
      mailbox.isStopped = true
      defer {
        mailbox.stopWaiters = []
        mailbox.commands = []
      }
      return (mailbox.stopWaiters, mailbox.commands)
    }
    curl_multi_cleanup(multi.raw)
    for case .start(let transfer) in late { transfer.ended(.failure(.stopped(transfer.server))) }
    for waiter in waiters { waiter.resume() }
  }
}

/// The multi handle as other threads may hold it.
private struct MultiHandle: @unchecked Sendable {
  // Unchecked: only `curl_multi_wakeup` is called with it from other threads, which libcurl allows.
  let raw: UnsafeMutableRawPointer
}
