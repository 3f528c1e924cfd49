<?php

declare(strict_types=1);

namespace SatisOperator;

/** The operation Build: everything, or the sources that the work order names, into a new release. */
final class Build
{
    private const SUMMARY_BYTES = 220;

    private Workplace $place;
    private WorkOrder $order;
    /** @var array<string, SourceFailure> by URL, of the work order and of satis.json */
    private array $failures = [];
    /** The call for everything, where it fails although each source alone can be built. */
    private ?SatisResult $unexplained = null;
    /** @var list<string> */
    private array $leftOut = [];

    public function __construct(Workplace $place)
    {
        $this->place = $place;
        $this->order = $place->order;
    }

    public function run(): void
    {
        $sources = $this->knownSources();
        if ($sources === [] && !$this->order->full) {
            throw $this->nothingBuilt();
        }
        $base = $this->place->output->current();
        $path = $base === null ? null : $this->place->output->path($base);
        $sameConfig = $path !== null && $this->isOfSameConfig(ReleaseRecord::of($path));
        $builds = new SourceBuilds($this->place->satis, $this->place->output, $this->place->cache, $base);

        $everything = null;
        if ($this->isForEverything($base, $sameConfig)) {
            $everything = $this->buildEverything($base, $builds, $sources);
        } else {
            $builds->build($sources);
        }
        $this->failures += $builds->failures();
        $staging = $everything ?? $builds->staging();
        if ($staging === null) {
            throw $this->nothingBuilt();
        }

        $config = $this->place->config;
        $check = new OutputCheck($config->archivePrefix(), $config->archiveDirectory(), $this->place->interruption);
        $catalogue = $check->check($staging, $path, $everything === null);
        // What was built into a release of another satis.json is not all of this one: see ReleaseRecord.
        $release = $this->place->publish($staging, $base, $everything !== null || $sameConfig ? $config->hash : null);
        $this->report($release, $catalogue);
    }

    /**
     * Satis silently ignores one unknown URL or name among several, so each is looked up before it runs.
     *
     * @return array<string, string|null> URLs that can be built, with the package's name where that is what to build by
     */
    private function knownSources(): array
    {
        $sources = [];
        $known = array_flip($this->place->config->sources());
        foreach ($this->order->sources as $source) {
            $url = $source->url;
            if (!isset($known[$url])) {
                $this->failures[$url] = new SourceFailure($url, 'SourceUnknown', "satis.json lists no repository with exactly the URL $url.");
            } elseif ($source->package !== null && !$this->place->config->hasEntry($url, $source->package)) {
                $message = "satis.json gives the repository $url no \"name\" {$source->package}, by which Satis could build it.";
                $this->failures[$url] = new SourceFailure($url, 'SourceUnknown', $message);
            } else {
                $sources[$url] = $sources[$url] ?? $source->package;
            }
        }

        return $sources;
    }

    /** SATIS_HOMEPAGE moves the archives as a change of satis.json would. */
    private function isOfSameConfig(ReleaseRecord $record): bool
    {
        $config = $this->place->config;

        return $record->configHash === $config->hash && $record->archivePrefix === $config->archivePrefix();
    }

    private function isForEverything(?string $base, bool $sameConfig): bool
    {
        if ($this->order->full) {
            return true;
        }
        $why = null;
        if ($base === null) {
            $why = 'there is no release to bring up to date';
        } elseif (!$this->place->config->allowsPartialBuilds()) {
            $why = 'satis.json has neither includes nor providers, without which Satis builds everything or loses packages';
        } elseif (!$sameConfig) {
            $why = 'the release was not built from this satis.json alone';
        }
        if ($why !== null) {
            $this->place->log->say("$why: building everything");
        }

        return $why !== null;
    }

    /**
     * @param array<string, string|null> $sources of the work order
     * @return string|null the staged directory, null when only single sources could be built, with what came of that in $builds
     */
    private function buildEverything(?string $base, SourceBuilds $builds, array $sources): ?string
    {
        [$staging, $result] = $this->callForEverything($base);
        if ($staging !== null) {
            return $staging;
        }
        $urls = $this->place->config->sources();
        $failures = $result->failures($urls);
        if (count($urls) < 2 || !$this->place->config->allowsPartialBuilds() || SourceError::concernsAll($result->reason)) {
            throw $result->failure(array_values($failures));
        }

        $this->place->log->say('not everything can be built: building the sources that can be, into what is served now');
        $this->failures += $result->isCertain() ? $failures : [];
        $pieces = array_intersect_key($sources, array_flip($urls)) + array_fill_keys($urls, null);
        $builds->build(array_diff_key($pieces, $this->failures), array_keys($failures));
        if ($builds->failures() !== [] || $this->hasFailed($urls)) {
            return null;
        }
        // A matter of a moment, most likely; and what the pieces leave behind, such as deleted tags, only this takes out.
        [$staging, $this->unexplained] = $this->callForEverything($base);

        return $staging;
    }

    /** @return array{string|null, SatisResult|null} one of the two */
    private function callForEverything(?string $base): array
    {
        $staging = $this->place->output->stage($base);
        $result = $this->place->satis->buildEverything($staging);
        if ($result->isGood()) {
            $this->leftOut = $result->findings->leftOut();
            return [$staging, null];
        }
        Tree::remove($staging);
        $this->place->cache->repair();

        return [null, $result];
    }

    /** @param list<string> $urls */
    private function hasFailed(array $urls): bool
    {
        return array_intersect_key($this->failures, array_flip($urls)) !== [];
    }

    /** @return array<string, true> the URLs that this build was to bring up to date */
    private function asked(): array
    {
        $urls = array_column($this->order->sources, 'url');

        return array_fill_keys($this->order->full ? array_merge($urls, $this->place->config->sources()) : $urls, true);
    }

    private function nothingBuilt(): Failure
    {
        $failures = array_values(array_intersect_key($this->failures, $this->asked()) ?: $this->failures);
        $reasons = array_unique(array_column($failures, 'reason'));
        $message = count($failures) === 1
            ? $failures[0]->message
            : 'All ' . count($failures) . ' sources failed: ' . SourceFailure::summary($failures, self::SUMMARY_BYTES) . ". {$failures[0]->message}";

        return new Failure(count($reasons) === 1 ? $reasons[0] : 'SourcesFailed', "$message Nothing was published.", $failures);
    }

    private function report(string $release, Catalogue $catalogue): void
    {
        $report = $this->place->report;
        $report->packages = count($catalogue->packages);
        $published = "release $release with {$report->packages} packages";
        $asked = $this->asked();
        $failed = array_values(array_intersect_key($this->failures, $asked));
        $others = array_values(array_diff_key($this->failures, $asked));

        if ($failed !== []) {
            $report->reason = 'SourcesFailed';
            $report->message = count($failed) . ' of ' . count($asked) . ' sources failed: '
                . SourceFailure::summary($failed, self::SUMMARY_BYTES) . ". The others were published as $published.";
        } elseif ($this->unexplained !== null && $this->order->full) {
            $report->reason = $this->unexplained->failure([])->reason;
            $report->message = "Each source was built by itself and published as $published, but not everything at once: {$this->unexplained->message()}";
        } else {
            $this->place->succeed("Published $published.");
        }
        if ($others !== []) {
            $report->message .= ' Sources that were built along with it failed: ' . SourceFailure::summary($others, self::SUMMARY_BYTES) . '.';
        }
        $report->message .= PushedCommits::missing($this->order->sources, $this->failures, $catalogue->references);
        if ($this->leftOut !== []) {
            $report->message .= ' Satis left out: ' . implode('; ', $this->leftOut);
        }
        $report->failedSources = $this->failures;
    }
}
