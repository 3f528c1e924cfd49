<?php

declare(strict_types=1);

namespace SatisOperator;

/**
 * What a client that has read an old packages.json asks for a moment later, when another release may be served already: the
 * metadata files that are named by their hash, and those of packages that are gone. Each outlives the release that named it
 * for a while, inside of the releases that follow; how long it has been superseded is kept as its modification time.
 */
final class SupersededFiles
{
    private const HASH = '{(?<![0-9a-f])(?:[0-9a-f]{64}|[0-9a-f]{40})(?![0-9a-f])}';
    private const PACKAGE = '{^p2/([^/]+/[^/~]+)(?:~dev)?\.json$}';

    private string $release;
    private int $graceSeconds;
    /** @var array<string, true> hashes and packages that packages.json names */
    private array $named;
    private bool $namesPackages;

    public function __construct(string $release, int $graceSeconds)
    {
        $this->release = $release;
        $this->graceSeconds = $graceSeconds;
        $text = (string) @file_get_contents("$release/packages.json");
        preg_match_all(self::HASH, $text, $matches);
        $packages = json_decode($text, true)['available-packages'] ?? null;
        // Where satis.json gives patterns instead, packages.json does not say which packages there are.
        $this->namesPackages = is_array($packages);
        $this->named = array_fill_keys(array_merge($matches[0], $this->namesPackages ? $packages : []), true);
    }

    /** Whether the release itself does not need a file any more, and it was superseded long enough ago. */
    public function mayGo(string $path): bool
    {
        return $this->isSuperseded($path) && filemtime("{$this->release}/$path") <= time() - $this->graceSeconds;
    }

    /**
     * Adds to the next release what only this one names, and starts the time of what is superseded by that.
     *
     * @param string $scratch a path on the same volume: half a file must not be taken for whole the next time
     */
    public function carryTo(string $next, string $scratch): void
    {
        $later = new self($next, $this->graceSeconds);
        foreach (Tree::files($this->release) as $path => $file) {
            $name = $this->name($path);
            if ($name === null || isset($later->named[$name]) || $this->mayGo($path)) {
                continue;
            }
            if (!is_file("$next/$path")) {
                Tree::copyFile($file->getPathname(), $scratch);
                Tree::makeDirectory(dirname("$next/$path"));
                rename($scratch, "$next/$path");
            }
            if (isset($this->named[$name])) {
                @touch("$next/$path");
            }
        }
    }

    private function isSuperseded(string $path): bool
    {
        $name = $this->name($path);

        return $name !== null && !isset($this->named[$name]);
    }

    /** What packages.json calls a file whose content goes with it: by hash, or by package. */
    private function name(string $path): ?string
    {
        if (substr($path, -5) === '.json' && preg_match(self::HASH, basename($path), $match)) {
            return $match[0];
        }

        return $this->namesPackages && preg_match(self::PACKAGE, $path, $match) ? $match[1] : null;
    }
}
