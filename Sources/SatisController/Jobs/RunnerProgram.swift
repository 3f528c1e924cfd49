import Crypto
import SatisAPI

/// The PHP program that runs Satis in the build pod, carried inside this binary.
enum RunnerProgram {
  /// Its files by name; all of them lie in one directory.
  static let files: [String: String] = [
    "Archive.php": PackageResources.Archive_php,
    "Build.php": PackageResources.Build_php,
    "Catalogue.php": PackageResources.Catalogue_php,
    "ComposerCache.php": PackageResources.ComposerCache_php,
    "Failure.php": PackageResources.Failure_php,
    "Interruption.php": PackageResources.Interruption_php,
    "Json.php": PackageResources.Json_php,
    "Log.php": PackageResources.Log_php,
    "NamedArchives.php": PackageResources.NamedArchives_php,
    "Options.php": PackageResources.Options_php,
    "OrderedSource.php": PackageResources.OrderedSource_php,
    "Output.php": PackageResources.Output_php,
    "OutputCheck.php": PackageResources.OutputCheck_php,
    "OutputLock.php": PackageResources.OutputLock_php,
    "PlainOutput.php": PackageResources.PlainOutput_php,
    "ProcessFamily.php": PackageResources.ProcessFamily_php,
    "Purge.php": PackageResources.Purge_php,
    "PushedCommits.php": PackageResources.PushedCommits_php,
    "Redactor.php": PackageResources.Redactor_php,
    "ReleaseRecord.php": PackageResources.ReleaseRecord_php,
    "Report.php": PackageResources.Report_php,
    "Rollback.php": PackageResources.Rollback_php,
    "Runner.php": PackageResources.Runner_php,
    "Satis.php": PackageResources.Satis_php,
    "SatisConfig.php": PackageResources.SatisConfig_php,
    "SatisEnvironment.php": PackageResources.SatisEnvironment_php,
    "SatisFindings.php": PackageResources.SatisFindings_php,
    "SatisProcess.php": PackageResources.SatisProcess_php,
    "SatisResult.php": PackageResources.SatisResult_php,
    "Shell.php": PackageResources.Shell_php,
    "SourceBuilds.php": PackageResources.SourceBuilds_php,
    "SourceError.php": PackageResources.SourceError_php,
    "SourceFailure.php": PackageResources.SourceFailure_php,
    "SupersededFiles.php": PackageResources.SupersededFiles_php,
    "Tree.php": PackageResources.Tree_php,
    "WorkOrder.php": PackageResources.WorkOrder_php,
    "Workplace.php": PackageResources.Workplace_php,
    "runner.php": PackageResources.runner_php,
    "start.sh": PackageResources.start_sh,
  ].mapValues { String(decoding: $0, as: UTF8.self) }

  /// Hash of all files: another version of the runner makes another snapshot.
  static let hash = hash(of: files)

  /// Hash of names and contents, 64 hexadecimal digits.
  static func hash(of files: [String: String]) -> String {
    var hasher = SHA256()
    for (name, content) in files.sorted(by: { $0.key < $1.key }) {
      hasher.update(data: Array("\(name.utf8.count) \(name) \(content.utf8.count) \(content)".utf8))
    }
    return hasher.finalize().hexadecimal
  }
}
