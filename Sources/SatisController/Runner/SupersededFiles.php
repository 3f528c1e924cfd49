<?php

declare(strict_types=1);

namespace SatisOperator;

/**
 * The metadata files of a release that are named by their hash. A client that has read an old packages.json asks for them a
 * moment later, when the next release may be served already: so each outlives the release that named it for a while. How long
 * it has been superseded is kept as its modification time.
 */
final class SupersededFiles
{
    private const GRACE_SECONDS = 3600;
    private const HASH = '{(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])}';

    private string $release;
    /** @var array<string, true> hashes that packages.json names */
    private array $named;

    public function __construct(string $release)
    {
        $this->release = $release;
        preg_match_all(self::HASH, (string) @file_get_contents("$release/packages.json"), $matches);
        $this->named = array_fill_keys($matches[0], true);
    }

    /** Whether a file is hash-named, no longer needed by the release itself, and was superseded long enough ago. */
    public function mayGo(string $path): bool
    {
        $hash = $this->hash($path);

        return $hash !== null && !isset($this->named[$hash]) && filemtime("{$this->release}/$path") <= time() - self::GRACE_SECONDS;
    }

    public function carryTo(string $next): void
    {
        $nextNames = (new self($next))->named;
        foreach (Tree::files($this->release) as $path => $file) {
            $hash = $this->hash($path);
            if ($hash === null || isset($nextNames[$hash]) || $this->mayGo($path)) {
                continue;
            }
            Tree::copyFile($file->getPathname(), "$next/$path");
            if (isset($this->named[$hash])) {
                touch("$next/$path");
            }
        }
    }

    private function hash(string $path): ?string
    {
        return substr($path, -5) === '.json' && preg_match(self::HASH, basename($path), $match) ? $match[0] : null;
    }
}
