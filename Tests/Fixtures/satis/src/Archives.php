<?php

declare(strict_types=1);

namespace SatisStandIn;

use Composer\Composer;
use Composer\Package\CompletePackage;
use Symfony\Component\Console\Output\OutputInterface;

/** Makes an archive of each package, unless one of that name is already there. */
final class Archives
{
    private Composer $composer;
    private array $config;
    private string $directory;
    private OutputInterface $output;

    /** @param array<string, mixed> $config */
    public function __construct(Composer $composer, array $config, string $outputDirectory, OutputInterface $output)
    {
        $this->composer = $composer;
        $this->config = $config;
        $this->directory = "$outputDirectory/{$config['archive']['directory']}";
        $this->output = $output;
    }

    /** @param array<string, CompletePackage> $packages */
    public function dump(array $packages): void
    {
        $this->output->writeln("<info>Creating local downloads in '{$this->directory}'</info>");
        $archive = $this->config['archive'];
        $endpoint = ($archive['prefix-url'] ?? $this->config['homepage']) . "/{$archive['directory']}";
        foreach ($packages as $package) {
            if ($package->getType() === 'metapackage' || (($archive['skip-dev'] ?? false) && $package->isDev())) {
                continue;
            }
            $this->output->writeln("<info>Dumping package '{$package->getName()}' in version '{$package->getPrettyVersion()}'.</info>");
            $file = $this->archive($package, $archive['format'] ?? 'zip');
            $package->setDistType(pathinfo($file, PATHINFO_EXTENSION));
            $package->setDistUrl("$endpoint/{$package->getName()}/" . basename($file));
            $package->setDistSha1Checksum(sha1_file($file));
            $package->setDistReference($package->getSourceReference());
        }
    }

    private function archive(CompletePackage $package, string $format): string
    {
        $target = "{$this->directory}/{$package->getName()}";
        if (!is_dir($target)) {
            mkdir($target, 0777, true);
        }
        $manager = $this->composer->getArchiveManager();
        $manager->setOverwriteFiles(false);
        $file = "$target/{$manager->getPackageFilename($package)}.$format";

        return file_exists($file) ? $file : $manager->archive($package, $format, $target);
    }
}
