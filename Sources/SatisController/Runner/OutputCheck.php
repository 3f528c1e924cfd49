<?php

declare(strict_types=1);

namespace SatisOperator;

/** What has to hold before a directory is published. */
final class OutputCheck
{
    private ?string $archivePrefix;
    private ?string $archiveDirectory;
    private Interruption $interruption;

    public function __construct(?string $archivePrefix, ?string $archiveDirectory, Interruption $interruption)
    {
        $this->archivePrefix = $archivePrefix;
        $this->archiveDirectory = $archiveDirectory;
        $this->interruption = $interruption;
    }

    /**
     * @param string|null $base the release that the directory was made from
     * @param bool $partial whether sources were built into what was there, instead of everything anew
     */
    public function check(string $directory, ?string $base, bool $partial): Catalogue
    {
        try {
            $catalogue = Catalogue::read($directory, $this->archivePrefix, $this->archiveDirectory, $this->interruption);
        } catch (\TypeError | \ErrorException $error) {
            throw new Failure('OutputInvalid', "The metadata is not laid out as Composer reads it ({$error->getMessage()}). Nothing was published.");
        }
        foreach ($catalogue->archives as $path => $sha1) {
            $this->interruption->check('the archives were checked');
            $this->checkArchive("$directory/$path", $path, $sha1, $base === null ? null : "$base/$path");
        }
        if ($base !== null) {
            $this->checkNothingVanished(Catalogue::names($base), $catalogue->packages, $partial);
        }

        return $catalogue;
    }

    /** @param string|null $before where the archive is in the release that the directory was made from */
    private function checkArchive(string $file, string $path, ?string $sha1, ?string $before): void
    {
        if (!is_file($file) || !is_readable($file)) {
            throw new Failure('OutputInvalid', "There is no archive $path, which the metadata names. Nothing was published.");
        }
        // What has the size it had was checked when it was new: all archives cannot be read each time.
        $new = $before === null || !is_file($before) || !Tree::haveSameSize($file, $before);
        if ($new && $sha1 !== null && sha1_file($file) !== $sha1) {
            throw new Failure('OutputInvalid', "The archive $path does not have the checksum in the metadata. Nothing was published.");
        }
        if ($new && !Archive::opens($file)) {
            throw new Failure('OutputInvalid', "The archive $path cannot be opened. Nothing was published.");
        }
    }

    /**
     * A partial build only adds and replaces; Satis drops all other packages where it cannot read back what it had written.
     *
     * @param array<string, true> $before
     * @param array<string, true> $after
     */
    private function checkNothingVanished(array $before, array $after, bool $partial): void
    {
        $lost = array_keys(array_diff_key($before, $after));
        if ($partial && $lost !== []) {
            $names = implode(', ', array_slice($lost, 0, 5)) . (count($lost) > 5 ? ', …' : '');
            $message = "The build of single sources lost packages of the current release ($names). Nothing was published; make a full build.";
            throw new Failure('OutputInvalid', $message);
        }
        if ($before !== [] && $after === []) {
            $message = 'Satis found no package at all, the current release has ' . count($before) . '. Nothing was published; '
                . 'if the repository is to be empty, remove the link "current" from the output and build again.';
            throw new Failure('OutputInvalid', $message);
        }
    }
}
