<?php

declare(strict_types=1);

namespace SatisOperator;

/**
 * What a release was made from, in a file of the release itself, so that the two can never be told apart.
 *
 * No configuration is on record where a release is not all of one: where a full build of another satis.json left the packages
 * of dead sources as they were, and where an earlier worker made it. A push then rebuilds everything, and nothing is purged.
 */
final class ReleaseRecord
{
    public const FILE = '.satis-release.json';

    public ?string $configHash;
    /** What the URLs of its archives start with: another satis.json, or SATIS_HOMEPAGE, may have had another homepage. */
    public ?string $archivePrefix;
    /** Where they lie inside of it, null where it has none or its record does not say. */
    public ?string $archiveDirectory;
    /** The release that it was built from. */
    public ?string $base;

    private function __construct(?string $configHash, ?string $archivePrefix, ?string $archiveDirectory, ?string $base)
    {
        $this->configHash = $configHash;
        $this->archivePrefix = $archivePrefix;
        $this->archiveDirectory = $archiveDirectory;
        $this->base = $base;
    }

    public static function of(string $release): self
    {
        $json = json_decode((string) @file_get_contents("$release/" . self::FILE), true);
        $text = static fn (string $key): ?string => is_string($json[$key] ?? null) ? $json[$key] : null;

        return new self($text('configHash'), $text('archivePrefix'), $text('archiveDirectory'), $text('base'));
    }

    public static function write(string $directory, string $job, ?string $base, ?string $configHash, SatisConfig $config): void
    {
        $record = [
            'version' => 1, 'job' => $job, 'time' => gmdate('Y-m-d\TH:i:s\Z'), 'base' => $base, 'configHash' => $configHash,
            'archivePrefix' => $config->archivePrefix(), 'archiveDirectory' => $config->archiveDirectory(),
        ];
        Tree::write("$directory/" . self::FILE, json_encode($record, JSON_UNESCAPED_SLASHES) . "\n");
    }
}
