<?php

declare(strict_types=1);

namespace SatisOperator;

/**
 * The output root: releases/<release>/ for every published state, the link `current` to one of them, .staging/ for what is
 * not published yet, and .rollback for the rollbacks that were begun last. Whatever happens in .staging can be thrown away;
 * only the rename of a link makes it visible.
 */
final class Output
{
    /** What Satis may write in place, so that a link would change the original. */
    private const WRITTEN_IN_PLACE = '{\.(?:json|html?|css|js|map|txt|xml)$}i';

    /** More than ever wait for another attempt at the same time. */
    private const NOTED_ROLLBACKS = 20;

    private string $root;
    private string $staging;
    /** The part of .staging that is this run's alone: two may work at once where storage lets go of the lock of a lost node. */
    private string $scratch;
    private WorkOrder $order;
    private ?string $archiveDirectory;
    private Log $log;
    private Interruption $interruption;
    private int $copies = 0;

    public function __construct(string $root, WorkOrder $order, ?string $archiveDirectory, Log $log, Interruption $interruption)
    {
        $this->root = $root;
        $this->staging = "$root/.staging";
        $this->scratch = "{$this->staging}/{$order->job}-" . bin2hex(random_bytes(4));
        $this->order = $order;
        $this->archiveDirectory = $archiveDirectory;
        $this->log = $log;
        $this->interruption = $interruption;
    }

    /** Removes what runs that were killed have not published: right after the lock was taken no Satis of another is alive. */
    public function sweep(): void
    {
        Tree::remove($this->staging);
    }

    /** Removes what this run has not published. By now the lock may have been lost to another, whose staging has to stay. */
    public function cleanUp(): void
    {
        Tree::remove($this->scratch);
        @rmdir($this->staging);
    }

    /** The name of the release that is served, null when there is none. */
    public function current(): ?string
    {
        $link = "{$this->root}/current";
        clearstatcache(true);
        $names = is_link($link) || is_dir($link) ? $this->namesBehind($link) : null;
        if (!is_link($link)) {
            if ($names !== null || file_exists($link)) {
                throw new Failure('OutputInvalid', "$link is not a link to a release. Move it away, then build again.");
            }
            return null;
        }
        // Web servers follow every spelling of a link, so it counts where it leads.
        $path = (string) realpath($link);
        $isBelow = dirname($path) === realpath("{$this->root}/releases");
        if ($names === null || ($isBelow && !in_array('packages.json', $names, true))) {
            $this->log->say("$link does not lead to a release: starting from nothing");
            return null;
        }
        if (!$isBelow || !$this->has(basename($path))) {
            $message = "$link leads to " . readlink($link) . ', which is no release. Let it lead to one of releases/, or remove it to start from nothing; then build again.';
            throw new Failure('OutputInvalid', $message);
        }

        return basename($path);
    }

    /**
     * What cannot be looked at is not taken for missing: a build from nothing would lose what it holds.
     *
     * @return list<string>|null null where there is nothing
     */
    private function namesBehind(string $link): ?array
    {
        try {
            return scandir($link);
        } catch (\ErrorException $error) {
            if (strpos($error->getMessage(), 'No such file or directory') !== false) {
                return null;
            }
            $message = "What $link leads to cannot be read ({$error->getMessage()}). See to the volume, or let it lead to one of releases/; then build again.";
            throw new Failure('OutputInvalid', $message);
        }
    }

    public function hasLink(): bool
    {
        return is_link("{$this->root}/current");
    }

    public function path(string $release): string
    {
        return "{$this->root}/releases/$release";
    }

    /** @return list<string> oldest first */
    public function releases(): array
    {
        $all = array_diff(@scandir("{$this->root}/releases") ?: [], ['.', '..']);

        return array_values(array_filter($all, [$this, 'has']));
    }

    private function has(string $release): bool
    {
        // A link to a directory is no release: its files could be any.
        return !is_link($this->path($release)) && is_file("{$this->path($release)}/packages.json");
    }

    /** A copy of a release to work on. */
    public function stage(?string $base): string
    {
        $superseded = $base === null ? null : new SupersededFiles($this->path($base), $this->order->graceSeconds);
        $linked = $copied = 0;
        $staging = $this->copyOf($base === null ? null : $this->path($base), $linked, $copied, $superseded);
        if ($base !== null) {
            $this->log->say("working on a copy of release $base, archives linked: $linked, copied: $copied");
        }

        return $staging;
    }

    /** A copy of a staged directory: whoever goes on in a copy can go back. */
    public function copyOfStaged(string $staging): string
    {
        $linked = $copied = 0;

        return $this->copyOf($staging, $linked, $copied, null);
    }

    /** Satis replaces archives but writes metadata in place, so only archives may be shared. */
    private function copyOf(?string $from, int &$linked, int &$copied, ?SupersededFiles $superseded): string
    {
        return $this->writing(function () use ($from, &$linked, &$copied, $superseded): string {
            $staging = $this->newDirectory();
            foreach ($from === null ? [] : Tree::files($from) as $path => $file) {
                $this->interruption->check('the current release was copied');
                if ($path === ReleaseRecord::FILE || ($superseded !== null && $superseded->mayGo($path))) {
                    continue;
                }
                if (!self::isArchive($path, $this->archiveDirectory)) {
                    Tree::copyFile($file->getPathname(), "$staging/$path");
                } elseif (Tree::linkOrCopyFile($file->getPathname(), "$staging/$path")) {
                    $linked++;
                } else {
                    $copied++;
                }
            }

            return $staging;
        });
    }

    /** An empty directory to stage something in. */
    public function newDirectory(): string
    {
        $this->copies++;
        $staging = "{$this->scratch}/build-{$this->copies}";
        Tree::makeDirectory($staging);

        return $staging;
    }

    /** Makes a staged directory the one that is served. Returns its name. */
    public function publish(string $staging, ?string $base): string
    {
        return $this->writing(function () use ($staging, $base): string {
            if ($base !== null) {
                $superseded = new SupersededFiles($this->path($base), $this->order->graceSeconds);
                $superseded->carryTo($staging, "{$this->scratch}/file");
            }
            Tree::makeDirectory("{$this->root}/releases");
            $this->sync($staging);

            $release = $this->nextName();
            // Where the volume has no links, that has to show before there is a release that nothing leads to.
            $link = $this->newLink($release);
            $this->checkNotMoved($base);
            rename($staging, $this->path($release));
            $this->serve($link, $base);

            return $release;
        });
    }

    /**
     * Serves an earlier release again. What only the present one names is added to it before, for clients in the middle of a
     * read; nobody reads it while that happens.
     */
    public function goBackTo(string $release, string $base): void
    {
        $this->writing(function () use ($release, $base): void {
            $superseded = new SupersededFiles($this->path($base), $this->order->graceSeconds);
            $superseded->carryTo($this->path($release), "{$this->scratch}/file");
            $archives = ReleaseRecord::of($this->path($base))->archiveDirectory ?? $this->archiveDirectory;
            foreach (Tree::files($this->path($base)) as $path => $file) {
                $this->interruption->check('the release to go back to was prepared');
                if (self::isArchive($path, $archives) && !is_file("{$this->path($release)}/$path")) {
                    // Half an archive must not be taken for whole by the next build.
                    Tree::makeDirectory($this->scratch);
                    Tree::linkOrCopyFile($file->getPathname(), "{$this->scratch}/archive");
                    Tree::makeDirectory(dirname("{$this->path($release)}/$path"));
                    rename("{$this->scratch}/archive", "{$this->path($release)}/$path");
                }
            }
            $this->sync($this->path($release));
            $link = $this->newLink($release);
            $this->checkNotMoved($base);
            $this->serve($link, $base);
        });
    }

    /** Notes, before anything is changed, from which release to which a request goes back. */
    public function beginRollback(string $request, string $from, string $target): void
    {
        $this->writing(function () use ($request, $from, $target): void {
            Tree::makeDirectory($this->scratch);
            $notes = [$request => [$from, $target]] + $this->begunRollbacks();
            Tree::write("{$this->scratch}/rollback", json_encode(array_slice($notes, 0, self::NOTED_ROLLBACKS, true)));
            rename("{$this->scratch}/rollback", "{$this->root}/.rollback");
            $this->sync($this->root);
        });
    }

    /**
     * From which release to which a request has begun to go back, null when it has not.
     *
     * @return array{string, string}|null
     */
    public function begunRollback(string $request): ?array
    {
        return $this->begunRollbacks()[$request] ?? null;
    }

    /**
     * The newest first.
     *
     * @return array<array{string, string}> by the request
     */
    private function begunRollbacks(): array
    {
        $notes = json_decode((string) @file_get_contents("{$this->root}/.rollback"), true);

        return array_filter(
            is_array($notes) ? $notes : [],
            static fn ($note): bool => is_array($note) && is_string($note[0] ?? null) && is_string($note[1] ?? null)
        );
    }

    private function newLink(string $release): string
    {
        Tree::makeDirectory($this->scratch);
        symlink("releases/$release", "{$this->scratch}/current");

        return "{$this->scratch}/current";
    }

    private function serve(string $link, ?string $base): void
    {
        if ($base !== null) {
            // Since when it is superseded. It may belong to another user of the same group, who alone could set another time.
            @touch($this->path($base));
        }
        rename($link, "{$this->root}/current");
        if (!Tree::sync($this->root)) {
            $this->log->say('the volume reported an error after the release was published');
        }
    }

    private function checkNotMoved(?string $base): void
    {
        if ($this->current() !== $base) {
            throw new Failure('ReleaseMoved', 'Somebody moved the link "current" during the build. Nothing was published; build again.');
        }
    }

    private function sync(string $directory): void
    {
        if (!Tree::sync($directory)) {
            throw new Failure('OutputNotWritable', 'The volume reported an error when the release was to be stored. Nothing was published.');
        }
    }

    /** Whether a release was served until so short a time ago that somebody may still be reading what it names. */
    public function isWithinGrace(string $release): bool
    {
        clearstatcache(true);

        return filemtime($this->path($release)) > time() - $this->order->graceSeconds;
    }

    /**
     * Moves releases beyond those to keep to what will be swept: a release leaves its name first, so that none is ever half
     * there. What clients need for the rest of the grace time is carried along inside of `current`, so the number of releases
     * does not grow with the number of builds; only the one that was served until now stays that long, because a web server
     * may have looked up the link already and be about to open a file.
     */
    public function retire(string $current, ?string $before): void
    {
        clearstatcache(true);
        $since = [];
        foreach (array_diff($this->releases(), [$current]) as $release) {
            $since[$release] = [$release === $before, filemtime($this->path($release)), $release];
        }
        // By when they were served last, not by name: after a rollback the one that was gone back to is worth more.
        asort($since);
        $surplus = array_slice(array_keys($since), 0, max(0, count($since) - $this->order->keepReleases + 1));
        if ($before !== null && end($surplus) === $before && $this->isWithinGrace($before)) {
            array_pop($surplus);
        }
        foreach ($surplus as $release) {
            // What cannot go now goes after the next build; the new release is served already.
            if (!@rename($this->path($release), "{$this->scratch}/$release")) {
                $this->log->say("release $release could not be removed");
            }
        }
    }

    /** A time stamp, in UTC and later than that of every other release even where the clock went back: names sort by age. */
    private function nextName(): string
    {
        $names = array_diff(@scandir("{$this->root}/releases") ?: [], ['.', '..']);
        $time = time();
        $last = \DateTimeImmutable::createFromFormat('Ymd\THis\Z', (string) end($names), new \DateTimeZone('UTC'));
        if ($last !== false) {
            $time = max($time, $last->getTimestamp() + 1);
        }

        return gmdate('Ymd\THis\Z', $time);
    }

    private static function isArchive(string $path, ?string $directory): bool
    {
        return $directory !== null && strpos($path, "$directory/") === 0 && self::mayBeLinked($path);
    }

    /** Whether a file may share its bytes with a release: Satis replaces such a one, and never writes into it. */
    public static function mayBeLinked(string $path): bool
    {
        return !preg_match(self::WRITTEN_IN_PLACE, $path);
    }

    /**
     * @template T
     * @param callable(): T $step
     * @return T
     */
    public function writing(callable $step)
    {
        try {
            return $step();
        } catch (\ErrorException $error) {
            if (SourceError::reason($error->getMessage()) === 'VolumeFull') {
                $message = "The volume of the output is full ({$error->getMessage()}). Nothing was published; make it larger, or purge and keep fewer releases.";
                throw new Failure('VolumeFull', $message);
            }
            throw new Failure('OutputNotWritable', "The output could not be written: {$error->getMessage()}. Is the volume read-only?");
        }
    }
}
