<?php

declare(strict_types=1);

namespace SatisOperator;

/** Which of the commits that were pushed no version of the release was made from. That is worth knowing, but no failure. */
final class PushedCommits
{
    private const SHOWN = 3;

    /**
     * @param list<OrderedSource> $sources
     * @param array<string, SourceFailure> $failures by URL: of these it is plain that the push is missing
     * @param array<string, true> $references of the release
     * @return string the end of a message, empty when all are there
     */
    public static function missing(array $sources, array $failures, array $references): string
    {
        $missing = [];
        foreach ($sources as $source) {
            if (!isset($failures[$source->url])) {
                $missing = array_merge($missing, array_filter($source->commits, static fn (string $commit) => !isset($references[$commit])));
            }
        }
        $missing = array_values(array_unique($missing));
        if ($missing === []) {
            return '';
        }
        if (count($missing) === 1) {
            return " Commit $missing[0] is not in the release: a later push may have replaced it, or its branch is not built.";
        }
        $list = implode(', ', array_slice($missing, 0, self::SHOWN))
            . (count($missing) > self::SHOWN ? ' and ' . (count($missing) - self::SHOWN) . ' more' : '');

        return " Commits $list are not in the release: later pushes may have replaced them, or their branches are not built.";
    }
}
