<?php

declare(strict_types=1);

namespace SatisOperator;

/**
 * The output root: releases/<release>/ for every published state, the link `current` to one of them, and .staging/ for what
 * is not published yet. Whatever happens in .staging can be thrown away; only the rename of a link makes it visible.
 */
final class Output
{
    private const KEPT_RELEASES = 3;
    /** How long a client may still ask for the hash-named metadata files of earlier releases. */
    private const GRACE_SECONDS = 3600;
    /** Files that Satis names by the hash of what is in them. */
    private const HASH_NAMED = '{[0-9a-f]{40}.*\.json$}';

    private string $root;
    private ?string $archiveDirectory;
    private Log $log;

    public function __construct(string $root, ?string $archiveDirectory, Log $log)
    {
        $this->root = $root;
        $this->archiveDirectory = $archiveDirectory;
        $this->log = $log;
    }

    /** Removes what killed runners left behind. Safe under the lock: no other runner and no Satis is alive. */
    public function sweep(): void
    {
        Tree::remove("{$this->root}/.staging");
        $this->makeDirectory("{$this->root}/.staging");
        $this->makeDirectory("{$this->root}/releases");
    }

    /** The name of the release that is served, null when there is none. */
    public function current(): ?string
    {
        $link = "{$this->root}/current";
        clearstatcache();
        if (!is_link($link)) {
            if (file_exists($link)) {
                throw new Failure('OutputInvalid', "$link is not a link to a release. Move it away, then build again.");
            }
            return null;
        }
        if (!preg_match('{^releases/([^/]+)$}', readlink($link), $match) || !is_file("$link/packages.json")) {
            $this->log->say("$link does not lead to a release: starting from nothing");
            return null;
        }

        return $match[1];
    }

    public function path(string $release): string
    {
        return "{$this->root}/releases/$release";
    }

    /** A copy of a release to work on. Satis replaces archives but writes metadata in place, so only archives may be shared. */
    public function stage(?string $base, string $job, Interruption $interruption): string
    {
        $staging = "{$this->root}/.staging/$job";
        $this->makeDirectory($staging);
        if ($base === null) {
            return $staging;
        }
        $linked = $copied = 0;
        foreach (Tree::files($this->path($base)) as $path => $file) {
            $interruption->check('the current release was copied');
            if (!$this->isArchive($path)) {
                Tree::copyFile($file->getPathname(), "$staging/$path");
                continue;
            }
            Tree::makeDirectory(dirname("$staging/$path"));
            // No links on this volume, or not to files of another uid: then a copy does it.
            if (@link($file->getPathname(), "$staging/$path")) {
                $linked++;
            } else {
                Tree::copyFile($file->getPathname(), "$staging/$path");
                $copied++;
            }
        }
        $this->log->say("working on a copy of release $base, archives linked: $linked, copied: $copied");

        return $staging;
    }

    /** Makes a staged directory the one that is served. Returns its name. */
    public function publish(string $staging, ?string $base, Catalogue $catalogue): string
    {
        if ($base !== null) {
            $this->carryAlong($this->path($base), $staging);
        }
        Tree::sync($staging);
        $release = $this->nextName();
        rename($staging, $this->path($release));

        $link = "{$this->root}/.staging/current";
        symlink("releases/$release", $link);
        if ($this->current() !== $base) {
            $message = 'Somebody moved the link "current" during the build, so nothing was published. Build again.';
            throw new Failure('ReleaseMoved', $message);
        }
        rename($link, "{$this->root}/current");
        Tree::sync($this->root);

        return $release;
    }

    /** Removes all but the newest releases; a release leaves its name first, so that none is ever half there. */
    public function retire(string $current): void
    {
        $old = array_diff($this->releases(), [$current]);
        foreach (array_slice($old, 0, max(0, count($old) - self::KEPT_RELEASES + 1)) as $release) {
            rename($this->path($release), "{$this->root}/.staging/$release");
        }
        Tree::remove("{$this->root}/.staging");
    }

    /**
     * A client that read the old packages.json asks for the files it names a moment later, from the new release. A file's
     * age counts from the release that no longer named it, kept as its modification time.
     */
    private function carryAlong(string $base, string $staging): void
    {
        $root = json_decode((string) @file_get_contents("$base/packages.json"), true);
        $hashes = json_encode([$root['includes'] ?? [], $root['providers'] ?? []]);
        foreach (Tree::files($base) as $path => $file) {
            if ($this->isArchive($path) || !preg_match(self::HASH_NAMED, basename($path), $match) || is_file("$staging/$path")) {
                continue;
            }
            $named = strpos($hashes, substr($match[0], 0, 40)) !== false;
            if ($named || $file->getMTime() > time() - self::GRACE_SECONDS) {
                Tree::copyFile("$base/$path", "$staging/$path");
                if ($named) {
                    touch("$staging/$path");
                }
            }
        }
    }

    /** A time stamp, in UTC and later than every other release's even where the clock went back. */
    private function nextName(): string
    {
        $releases = $this->releases();
        $time = time();
        $last = \DateTimeImmutable::createFromFormat('Ymd\THis\Z', (string) end($releases), new \DateTimeZone('UTC'));
        if ($last !== false) {
            $time = max($time, $last->getTimestamp() + 1);
        }

        return gmdate('Ymd\THis\Z', $time);
    }

    /** @return list<string> oldest first */
    private function releases(): array
    {
        return array_values(array_diff(scandir("{$this->root}/releases"), ['.', '..']));
    }

    private function isArchive(string $path): bool
    {
        return $this->archiveDirectory !== null && strpos($path, "{$this->archiveDirectory}/") === 0;
    }

    private function makeDirectory(string $path): void
    {
        try {
            Tree::makeDirectory($path);
        } catch (\ErrorException $error) {
            throw new Failure('OutputNotWritable', "$path cannot be made: {$error->getMessage()}.");
        }
    }
}
