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
    /** The release that it was built from. */
    public ?string $base;

    private function __construct(?string $configHash, ?string $archivePrefix, ?string $base)
    {
        $this->configHash = $configHash;
        $this->archivePrefix = $archivePrefix;
        $this->base = $base;
    }

    public static function of(string $release): self
    {
        $json = json_decode((string) @file_get_contents("$release/" . self::FILE), true);
        $text = static fn ($value): ?string => is_string($value) ? $value : null;

        return new self($text($json['configHash'] ?? null), $text($json['archivePrefix'] ?? null), $text($json['base'] ?? null));
    }

    public static function write(string $directory, string $job, ?string $base, ?string $configHash, ?string $archivePrefix): void
    {
        $record = [
            'version' => 1, 'job' => $job, 'time' => gmdate('Y-m-d\TH:i:s\Z'), 'base' => $base, 'configHash' => $configHash,
            'archivePrefix' => $archivePrefix,
        ];
        Tree::write("$directory/" . self::FILE, json_encode($record, JSON_UNESCAPED_SLASHES) . "\n");
    }
}
