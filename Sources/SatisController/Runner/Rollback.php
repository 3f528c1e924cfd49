<?php

declare(strict_types=1);

namespace SatisOperator;

/** The operation Rollback: serves an earlier release again. */
final class Rollback
{
    private Workplace $place;

    public function __construct(Workplace $place)
    {
        $this->place = $place;
    }

    public function run(): void
    {
        $output = $this->place->output;
        $base = $output->current();
        if ($base === null) {
            throw $this->unknown('There is no release that is served now, so none to go back from.');
        }
        $target = $this->place->order->release ?? $this->before($base);
        if (!in_array($target, $output->releases(), true)) {
            throw $this->unknown("There is no release $target (any more).");
        }
        $catalogue = $this->check($target);
        if ($target !== $base) {
            $output->goBackTo($target, $base);
        }
        $this->place->report->release = $target;
        $this->place->report->packages = count($catalogue->packages);
        $this->place->succeed($target === $base ? "Release $target is served already." : "Went back from release $base to release $target.");
    }

    /**
     * The release before the served one, and the same one at each attempt: one that has gone back may have been lost before
     * its report arrived, and a pod may have been started twice.
     */
    private function before(string $base): string
    {
        $output = $this->place->output;
        $request = $this->place->order->request;
        $begun = $request === null ? null : $output->begunRollback($request);
        if ($begun === null) {
            $target = $this->previous($base);
            if ($request !== null) {
                $output->beginRollback($request, $base, $target);
            }

            return $target;
        }
        [$from, $target] = $begun;
        if (!in_array($base, [$from, $target], true)) {
            throw new Failure('ReleaseMoved', "Before this attempt it was begun to go back from release $from to release $target, and by now release $base is served. Nothing was changed; ask again if it is still wanted.");
        }

        return $target;
    }

    /** By name, the one before could be one that was gone back from: what the served release was built from had been good enough. */
    private function previous(string $base): string
    {
        $releases = $this->place->output->releases();
        $origin = ReleaseRecord::of($this->place->output->path($base))->base;
        if (in_array($origin, $releases, true)) {
            return $origin;
        }
        $older = array_filter($releases, static fn (string $release): bool => strcmp($release, $base) < 0);
        if ($older === []) {
            throw $this->unknown("There is no release before $base, which is served now.");
        }

        return end($older);
    }

    /** As it was checked when it was published: a volume can lose files, and hands can delete them. */
    private function check(string $release): Catalogue
    {
        $config = $this->place->config;
        $directory = $this->place->output->path($release);
        $record = ReleaseRecord::of($directory);
        $prefix = $record->archivePrefix ?? $config->archivePrefix();
        $archives = $record->archiveDirectory ?? $config->archiveDirectory();
        try {
            return (new OutputCheck($prefix, $archives, $this->place->interruption))->check($directory, $directory, true);
        } catch (Failure $failure) {
            if ($failure->reason !== 'OutputInvalid') {
                throw $failure;
            }
            throw new Failure('OutputInvalid', "Release $release is not whole, so it is not served again. {$failure->getMessage()}");
        }
    }

    private function unknown(string $what): Failure
    {
        $releases = $this->place->output->releases();

        return new Failure('ReleaseUnknown', $what . ($releases === [] ? ' There are no releases.' : ' There are: ' . implode(', ', $releases) . '.'));
    }
}
