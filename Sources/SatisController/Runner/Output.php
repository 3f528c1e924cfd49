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

    private string $root;
    private string $staging;
    private ?string $archiveDirectory;
    private Log $log;

    public function __construct(string $root, ?string $archiveDirectory, Log $log)
    {
        $this->root = $root;
        $this->staging = "$root/.staging";
        $this->archiveDirectory = $archiveDirectory;
        $this->log = $log;
    }

    /** Removes what is not published, of this run or of one that was killed: under the lock no Satis of another is alive. */
    public function sweep(): void
    {
        Tree::remove($this->staging);
    }

    /** The name of the release that is served, null when there is none. */
    public function current(): ?string
    {
        $link = "{$this->root}/current";
        clearstatcache(true);
        if (!is_link($link)) {
            if (file_exists($link)) {
                throw new Failure('OutputInvalid', "$link is not a link to a release. Move it away, then build again.");
            }
            return null;
        }
        if (!preg_match('{^releases/([^/]+)$}', readlink($link), $match) || !is_file("{$this->path($match[1])}/packages.json")) {
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
        return $this->writing(function () use ($base, $job, $interruption): string {
            Tree::makeDirectory($this->staging);
            $staging = "{$this->staging}/$job";
            mkdir($staging);
            $linked = $copied = 0;
            $superseded = $base === null ? null : new SupersededFiles($this->path($base));
            foreach ($base === null ? [] : Tree::files($this->path($base)) as $path => $file) {
                $interruption->check('the current release was copied');
                if (!$this->isArchive($path)) {
                    if (!$superseded->mayGo($path)) {
                        Tree::copyFile($file->getPathname(), "$staging/$path");
                    }
                } elseif (Tree::linkFile($file->getPathname(), "$staging/$path")) {
                    $linked++;
                } else {
                    Tree::copyFile($file->getPathname(), "$staging/$path");
                    $copied++;
                }
            }
            if ($base !== null) {
                $this->log->say("working on a copy of release $base, archives linked: $linked, copied: $copied");
            }

            return $staging;
        });
    }

    /** Makes a staged directory the one that is served. Returns its name. */
    public function publish(string $staging, ?string $base): string
    {
        return $this->writing(function () use ($staging, $base): string {
            if ($base !== null) {
                (new SupersededFiles($this->path($base)))->carryTo($staging);
            }
            Tree::makeDirectory("{$this->root}/releases");
            if (!Tree::sync($staging)) {
                throw new Failure('OutputNotWritable', 'The volume reported an error when the release was to be stored. Nothing was published.');
            }

            $release = $this->nextName();
            $link = "{$this->staging}/current";
            symlink("releases/$release", $link);
            if ($this->current() !== $base) {
                throw new Failure('ReleaseMoved', 'Somebody moved the link "current" during the build. Nothing was published; build again.');
            }
            rename($staging, $this->path($release));
            rename($link, "{$this->root}/current");
            if (!Tree::sync($this->root)) {
                $this->log->say('the volume reported an error after the release was published');
            }

            return $release;
        });
    }

    /** Moves all but the newest releases to what will be swept: a release leaves its name first, so that none is ever half there. */
    public function retire(string $current): void
    {
        $others = array_diff($this->releases(), [$current]);
        foreach (array_slice($others, 0, max(0, count($others) - self::KEPT_RELEASES + 1)) as $release) {
            // What cannot go now goes after the next build; the new release is served already.
            if (!@rename($this->path($release), "{$this->staging}/$release")) {
                $this->log->say("release $release could not be removed");
            }
        }
    }

    /** A time stamp, in UTC and later than that of every other release even where the clock went back: names sort by age. */
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

    /**
     * @template T
     * @param callable(): T $step
     * @return T
     */
    private function writing(callable $step)
    {
        try {
            return $step();
        } catch (\ErrorException $error) {
            throw new Failure('OutputNotWritable', "The output could not be written: {$error->getMessage()}. Is the volume full or read-only?");
        }
    }
}
