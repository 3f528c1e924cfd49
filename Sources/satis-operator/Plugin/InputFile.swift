import Foundation
import SatisPlugin

extension Lint.Input {
  /// Reads a file, or standard input where it is called `-`.
  init(reading name: String) throws(PluginFailure) {
    do {
      let data =
        name == "-"
        ? try FileHandle.standardInput.readToEnd() ?? Data()
        : try Data(contentsOf: URL(fileURLWithPath: name))
      self.init(name: name, bytes: [UInt8](data))
    } catch {
      throw PluginFailure(.usage, "\(name) cannot be read: \(error.localizedDescription)")
    }
  }
}
