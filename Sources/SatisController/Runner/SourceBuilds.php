<?php

declare(strict_types=1);

namespace SatisOperator;

/**
 * Builds single sources into what is there: all in one call, and where that fails so that the broken ones are found and the
 * others are built.
 *
 * A call that fails may have written half of its files, so each works on a copy of what has succeeded so far, and its copy
 * goes when it fails. That holds as well where Satis ends with 0 but has built a source from an old cache: what stood in the
 * cache may be older than what is served (another volume, a restored one) or lack what was never fetched, and nothing in the
 * result tells it apart from a branch that was reset. So such a result is never published; the others are built again without
 * the source, whose packages stay exactly as they are served.
 */
final class SourceBuilds
{
    /** How many more calls there may be than sources. */
    private const CALLS_TO_SPARE = 8;

    private Satis $satis;
    private Output $output;
    private ComposerCache $cache;
    private ?string $base;
    /** The staged directory that has all that succeeded so far. */
    private ?string $good = null;
    /** @var array<string, SourceFailure> by URL */
    private array $failures = [];

    /** @param string|null $base the release to go on from */
    public function __construct(Satis $satis, Output $output, ComposerCache $cache, ?string $base)
    {
        $this->satis = $satis;
        $this->output = $output;
        $this->cache = $cache;
        $this->base = $base;
    }

    /**
     * @param array<string, string|null> $sources URLs, with the package's name where that is what to build by
     * @param list<string> $suspects those that an earlier call named in its error
     */
    public function build(array $sources, array $suspects = []): void
    {
        // Satis takes names or URLs, not both.
        $this->buildAlike(array_filter($sources, static fn (?string $package): bool => $package === null), $suspects);
        $this->buildAlike(array_filter($sources, static fn (?string $package): bool => $package !== null), $suspects);
    }

    /** The staged result, null when no source could be built. */
    public function staging(): ?string
    {
        return $this->good;
    }

    /** @return array<string, SourceFailure> by URL */
    public function failures(): array
    {
        return $this->failures;
    }

    /**
     * @param array<string, string|null> $sources
     * @param list<string> $suspects
     */
    private function buildAlike(array $sources, array $suspects): void
    {
        // That an error names a source is no proof. The others go on without it; at the end it is tried alone.
        $suspected = array_intersect_key($sources, array_flip($suspects));
        $groups = array_filter([array_diff_key($sources, $suspected)]);
        // A call that fails for several sources is one too many, one that succeeds saves as many as it has sources less one.
        $spare = self::CALLS_TO_SPARE;
        while ($groups !== []) {
            $group = array_shift($groups);
            if (count($group) > 1 && $spare === 0) {
                array_unshift($groups, ...array_chunk($group, 1, true));
                continue;
            }
            $blamed = $this->attempt($group);
            if ($blamed === null) {
                $spare += count($group) - 1;
            } elseif (count($group) > 1) {
                $spare--;
                $suspected += array_intersect_key($group, array_diff_key($blamed, $this->failures));
                $rest = array_diff_key($group, $blamed);
                // Whoever is to blame must be in one half. Where it is known, more of its kind are likely only after a while.
                $size = $blamed === [] || $spare < self::CALLS_TO_SPARE / 2 ? intdiv(count($rest) + 1, 2) : count($rest);
                array_unshift($groups, ...array_chunk($rest, max(1, $size), true));
            }
        }
        foreach ($suspected as $url => $package) {
            $this->attempt([$url => $package]);
        }
    }

    /**
     * @param array<string, string|null> $sources
     * @return array<string, SourceFailure>|null the sources to blame, null when all were built
     */
    private function attempt(array $sources): ?array
    {
        $urls = array_map('strval', array_keys($sources));
        $names = array_values(array_filter($sources));
        $staging = $this->good === null ? $this->output->stage($this->base) : $this->output->copyOfStaged($this->good);
        $result = $names === [] ? $this->satis->buildSources($staging, $urls) : $this->satis->buildPackages($staging, $names);
        if (SourceError::concernsAll($result->reason)) {
            throw $result->failure([]);
        }
        $failures = $result->isGood() ? $this->missing($staging, $sources) : $result->failures($urls);
        if ($result->isGood() && $failures === []) {
            if ($this->good !== null) {
                Tree::remove($this->good);
            }
            $this->good = $staging;
            return null;
        }
        Tree::remove($staging);
        $this->cache->repair();
        if ($result->isCertain() || count($urls) === 1) {
            $this->failures += $failures;
        }

        return $failures;
    }

    /**
     * Satis ends with 0 when a source has no package of the name that its entry in satis.json has, and takes out the one that
     * was there.
     *
     * @param array<string, string|null> $sources
     * @return array<string, SourceFailure>
     */
    private function missing(string $staging, array $sources): array
    {
        $failures = [];
        $there = Catalogue::names($staging);
        foreach (array_filter($sources) as $url => $package) {
            if (!isset($there[strtolower($package)])) {
                $message = "$url has no version of $package: the \"name\" of its entry in satis.json has to be that in its composer.json.";
                $failures[$url] = new SourceFailure((string) $url, 'SourceInvalid', $message);
            }
        }

        return $failures;
    }
}
