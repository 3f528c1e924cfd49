<?php

declare(strict_types=1);

namespace SatisOperator;

/** What became of one call of Satis, and which of the sources it was given are to blame. */
final class SatisResult
{
    public int $exitCode;
    public SatisFindings $findings;
    /** SatisFailed, or what the words of the error stand for; Succeeded also where sources are outdated. */
    public string $reason = 'Succeeded';
    private SatisConfig $config;

    public function __construct(int $exitCode, SatisFindings $findings, SatisConfig $config)
    {
        $this->exitCode = $exitCode;
        $this->findings = $findings;
        $this->config = $config;
        if ($exitCode !== 0) {
            $this->reason = $exitCode === 137 ? 'OutOfMemory' : SourceError::reason($findings->errorText());
        }
    }

    /** Whether everything that was asked for has been built, and not from what an old cache held. */
    public function isGood(): bool
    {
        return $this->exitCode === 0 && $this->findings->outdated() === [];
    }

    /** Satis itself says of a source that it is outdated; whom an error is about is only a guess from its words. */
    public function isCertain(): bool
    {
        return $this->exitCode === 0;
    }

    public function message(): string
    {
        if ($this->exitCode === 137) {
            $message = 'Satis was killed (exit code 137), most likely for its memory';
        } elseif ($this->exitCode === 0) {
            $message = self::unreached($this->outdated());
        } else {
            $error = $this->findings->error();
            $message = "Satis ended with exit code {$this->exitCode}" . ($error === '' ? '' : ": $error");
        }

        return rtrim($message, '. ') . SourceError::advice($this->reason) . '.';
    }

    /**
     * The sources that failed. A single one has, whatever was printed; of several those that Satis calls outdated, or
     * the one that an error names. None where that cannot be told.
     *
     * @param list<string> $urls those that were built
     * @return array<string, SourceFailure> by URL
     */
    public function failures(array $urls): array
    {
        if ($this->isGood()) {
            return [];
        }
        $outdated = $this->outdated();
        if ($this->exitCode === 0) {
            $blamed = array_intersect($urls, $outdated);
        } else {
            $blamed = array_filter($urls, fn (string $url): bool => $this->errorNames($url));
            $blamed = count($blamed) === 1 ? $blamed : [];
        }
        $failures = [];
        foreach (count($urls) === 1 ? $urls : $blamed as $url) {
            if ($this->exitCode !== 0) {
                $failures[$url] = new SourceFailure($url, $this->reason, "$url could not be built. {$this->message()}");
            } elseif (in_array($url, $outdated, true)) {
                $failures[$url] = new SourceFailure($url, 'SourceUnreachable', self::unreached([$url]) . ', which was not published.');
            } else {
                // It may need packages of another, or be known to Composer by another URL.
                $failures[$url] = new SourceFailure($url, 'SourceUnreachable', "$url was not published: {$this->message()}");
            }
        }

        return $failures;
    }

    /** @param list<SourceFailure> $sources */
    public function failure(array $sources): Failure
    {
        $reason = $this->exitCode === 0 ? 'SourceUnreachable' : $this->reason;

        return new Failure($reason, "{$this->message()} Nothing was published.", $sources);
    }

    /** @param list<string> $urls */
    private static function unreached(array $urls): string
    {
        return 'Satis could not reach ' . implode(', ', $urls) . ' and took what it had in its cache';
    }

    /** @return list<string> URLs as satis.json spells them, or as Composer does where it lists none */
    private function outdated(): array
    {
        return array_values(array_unique(array_merge([], ...array_map([$this->config, 'sourcesKnownAs'], $this->findings->outdated()))));
    }

    private function errorNames(string $source): bool
    {
        return array_filter($this->config->urlsInSatis($source), [$this->findings, 'errorNames']) !== [];
    }
}
