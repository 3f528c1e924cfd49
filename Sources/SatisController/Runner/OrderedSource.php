<?php

declare(strict_types=1);

namespace SatisOperator;

/** One source of the work order. Its position there is how the report speaks of it. */
final class OrderedSource
{
    /** Exactly as satis.json spells it. */
    public string $url;
    /** Set where branches or tags were deleted, which only a build by the package's name takes out. */
    public ?string $package;
    /** @var list<string> what was pushed */
    public array $commits;

    /** @param list<string> $commits */
    public function __construct(string $url, ?string $package, array $commits)
    {
        $this->url = $url;
        $this->package = $package;
        $this->commits = $commits;
    }

    /** @param mixed $json null for what is no source */
    public static function read($json): ?self
    {
        $url = $json['url'] ?? null;
        $package = $json['package'] ?? null;
        $commits = $json['commits'] ?? [];
        if (!is_array($json) || !is_string($url) || $url === '') {
            return null;
        }
        // The name becomes an argument of Satis and stands in paths; Composer's own rule for it is stricter.
        if ($package !== null && (!is_string($package) || !preg_match('{^[A-Za-z0-9][\w.-]*/[\w.-]+$}D', $package))) {
            return null;
        }
        if (!is_array($commits) || $commits !== array_filter($commits, static fn ($commit) => is_string($commit) && $commit !== '')) {
            return null;
        }

        return new self($url, $package, array_values($commits));
    }
}
