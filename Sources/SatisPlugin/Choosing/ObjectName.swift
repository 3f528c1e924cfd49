/// Names of objects, as people type them.
public enum ObjectName {
  /// The name alone, also where it was copied together with its kind: `satisbuild.satis.dev/packages-1`.
  public static func plain(_ text: String) -> String {
    text.split(separator: "/").last.map(String.init) ?? text
  }
}
