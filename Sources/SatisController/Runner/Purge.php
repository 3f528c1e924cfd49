<?php

declare(strict_types=1);

namespace SatisOperator;

/** The operation Purge: deletes archives that nothing names any more, in a copy that is published like a build. */
final class Purge
{
    private Workplace $place;

    public function __construct(Workplace $place)
    {
        $this->place = $place;
    }

    public function run(): void
    {
        $output = $this->place->output;
        $archives = $this->place->config->archiveDirectory();
        if ($archives === null) {
            $this->place->succeed('There is nothing to purge: satis.json has no "archive", so Satis makes no archives.');
            return;
        }
        $base = $output->current();
        if ($base === null) {
            $this->place->succeed('There is nothing to purge: there is no release yet.');
            return;
        }
        $this->requireSameConfig($output->path($base));
        // Satis fails where there is no such directory.
        if ($this->archives($base, $archives)->current() === null) {
            $this->place->succeed("There is nothing to purge: release $base has no archives.");
            return;
        }
        $this->purge($base, $archives);
    }

    private function purge(string $base, string $archives): void
    {
        $output = $this->place->output;
        $staging = $output->stage($base);
        $result = $this->place->satis->purge($staging);
        if (!$result->isGood()) {
            throw $result->failure([]);
        }
        [$deleted, $bytes] = $output->writing(fn (): array => $this->putBack($base, $staging, $archives));
        $check = new OutputCheck($this->place->config->archivePrefix(), $archives, $this->place->interruption);
        $catalogue = $check->check($staging, $output->path($base), true);
        $this->place->report->packages = count($catalogue->packages);
        if ($deleted === 0) {
            $this->place->succeed("There is nothing to purge: every archive of release $base is named, or was until a short time ago.");
            return;
        }
        $release = $this->place->publish($staging, $base, $this->place->config->hash);
        $size = sprintf('%.1f MB', $bytes / 1e6);
        $this->place->succeed("Deleted $deleted archives ($size) that nothing names and published release $release. "
            . 'Their space is free when the earlier releases that have them are gone.');
    }

    private function requireSameConfig(string $release): void
    {
        if (ReleaseRecord::of($release)->configHash !== $this->place->config->hash) {
            $message = 'The release that is served was not built from this satis.json alone, so which archives it needs cannot be told. '
                . 'Nothing was deleted; a full build has to come first.';
            throw new Failure('ConfigurationChanged', $message);
        }
    }

    /**
     * Satis deletes what the present metadata does not name under the present homepage. What that metadata names under another
     * one, and what a client that has read an earlier release may still fetch, comes back.
     *
     * @return array{int, int} how many archives are gone, and their bytes
     */
    private function putBack(string $base, string $staging, string $archives): array
    {
        $needed = NamedArchives::in($staging, $archives);
        foreach (array_diff($this->place->output->releases(), [$base]) as $release) {
            if ($this->place->output->isWithinGrace($release)) {
                $needed += NamedArchives::in($this->place->output->path($release), $archives);
            }
        }
        $deleted = $bytes = 0;
        foreach ($this->archives($base, $archives) as $path => $file) {
            $this->place->interruption->check('the archives were looked through');
            if (is_file("$staging/$path")) {
                continue;
            }
            if (isset($needed[$path])) {
                Tree::linkOrCopyFile($file->getPathname(), "$staging/$path");
            } else {
                $deleted++;
                $bytes += $file->getSize();
            }
        }

        return [$deleted, $bytes];
    }

    /**
     * By way of the whole release, because the directory of the archives may lie below a link, which leads elsewhere.
     *
     * @return \Generator<string, \SplFileInfo>
     */
    private function archives(string $release, string $archives): \Generator
    {
        $directory = implode('/', array_diff(explode('/', $archives), ['', '.']));
        foreach (Tree::files($this->place->output->path($release)) as $path => $file) {
            if (strpos($path, "$directory/") === 0) {
                yield $archives . substr($path, strlen($directory)) => $file;
            }
        }
    }
}
