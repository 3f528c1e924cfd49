public import ArgumentParser
public import SatisPlugin

// Values of the plugin that stand on its command line.

extension OutputFormat: ExpressibleByArgument {}

extension ShellScript: ExpressibleByArgument {}

extension DurationText: ExpressibleByArgument {
  /// Reads the value of an option.
  public init?(argument: String) { self.init(argument) }
}
